import argparse
from typing import Any

import pytest

from edgesmith.benchmarks.protocol import add_protocol_arguments, protocol_of
from edgesmith.runtime.errors import OptionError


def parsed(words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_protocol_arguments(parser)
    return parser.parse_args(words.split())


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("", {"samples": 200, "seconds": 5.0, "scenario": "interleaved", "processes": 1}),
        ("--quick", {"samples": 50, "seconds": 0.0}),
        ("--quick --processes 5", {"processes": 5, "samples": 50, "seconds": 0.0}),
        (
            "--processes 5 --profile --strict",
            {"processes": 5, "seconds": 15.0, "profile": True, "strict": True},
        ),
        ("--scenario sustained", {"scenario": "sustained", "seconds": 600.0}),
        ("--scenario single-stream", {"scenario": "single-stream", "seconds": 60.0, "samples": 200}),
        ("--scenario sustained --minutes 0.5", {"seconds": 30.0}),
    ],
)
def test_options_become_fields_of_the_plan(words: str, fields: dict[str, Any]) -> None:
    assert fields.items() <= dict(protocol_of(parsed(words))).items()


def test_minutes_need_a_scenario_that_lasts() -> None:
    with pytest.raises(OptionError, match="--minutes 3"):
        protocol_of(parsed("--minutes 3"))


@pytest.mark.parametrize("minutes", ["0", "-1", "inf", "nan"])
def test_no_time_and_endless_time_are_refused(minutes: str) -> None:
    with pytest.raises(OptionError, match="a number above 0"):
        protocol_of(parsed(f"--scenario sustained --minutes={minutes}"))
