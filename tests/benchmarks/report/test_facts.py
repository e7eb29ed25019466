import dataclasses

import pytest

from edgesmith.benchmarks.plan import Scenario
from edgesmith.benchmarks.report.facts import environment_rows, method
from edgesmith.benchmarks.results import BenchResult


def test_the_machine_is_told_with_what_it_did_meanwhile(sustained: BenchResult) -> None:
    found = dict(environment_rows(sustained))
    assert found["Temperature"] == "50 to 85 °C"
    assert found["Frequency"] == "1100 to 1500 MHz"
    assert found["Throttling"] == "throttled"
    assert found["Vector units"] == "avx2, avx512_vnni"
    assert found["Power"] == "3.0 to 6.0 W"
    assert found["Device"] == "the machine itself"


def test_what_the_machine_does_not_tell_is_not_made_up(rich: BenchResult) -> None:
    found = dict(environment_rows(rich))
    assert found["Temperature"] == found["Frequency"] == "the machine does not tell"
    assert found["Throttling"] == "none"
    assert "Power" not in found


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ("interleaved", "take turns in blocks, in random order (seed 0)"),
        ("single-stream", "each for 2 minutes: one query at a time"),
        ("sustained", "each for 2 minutes: without a pause"),
    ],
)
def test_the_method_follows_the_scenario(scenario: Scenario, told: str, rich: BenchResult) -> None:
    plan = dataclasses.replace(rich.plan, scenario=scenario, seconds=120.0, processes=5)
    lines = method(dataclasses.replace(rich, plan=plan))
    assert told in lines[0]
    assert "5 fresh ones" in lines[0]
