import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.command import add_arguments
from edgesmith.benchmarks.gather import plan_facts
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.protocol import protocol_of
from edgesmith.benchmarks.report.repeat import command
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.benchmarks.worker.messages import OperatorTime


@pytest.fixture
def result_of(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> Callable[..., BenchResult]:
    def make(**changes: Any) -> BenchResult:
        plan = BenchmarkPlan(models=(Path("a b.onnx"),), data=Path("pictures"), **changes)
        profile = (OperatorTime(kind="Conv", name="c", milliseconds=1.0),) if plan.profile else None
        return make_result(make_run("a b.onnx", "int8", [4.0], profile=profile), plan=plan_facts(plan))

    return make


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="plain"),
        pytest.param({"samples": 50, "seconds": 0.0}, id="quick"),
        pytest.param({"scenario": "sustained", "seconds": 600.0}, id="sustained"),
        pytest.param({"scenario": "single-stream", "seconds": 90.0, "samples": 50}, id="minutes"),
        pytest.param(
            {"processes": 5, "seconds": 15.0, "profile": True, "threads": (1, 4), "seed": 3}, id="processes"
        ),
        pytest.param({"engines": ("onnxruntime",)}, id="engine"),
        pytest.param({"engines": ("ai-edge-litert", "tensorflow")}, id="engines"),
    ],
)
def test_the_command_asks_for_the_same_plan(
    changes: dict[str, Any], result_of: Callable[..., BenchResult]
) -> None:
    import argparse

    program, verb, *words = shlex.split(command(result_of(**changes)))
    assert (program, verb) == ("edgesmith", "bench")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    found = parser.parse_args(words)
    asked = BenchmarkPlan(
        models=tuple(found.models),
        data=found.data,
        threads=found.threads,
        engines=tuple(found.engine or ()),
        seed=found.seed,
        **protocol_of(found),
    )
    assert asked == BenchmarkPlan(models=(Path("a b.onnx"),), data=Path("pictures"), **changes)


def test_of_another_device_the_host_is_not_told(result_of: Callable[..., BenchResult]) -> None:
    assert "--device ssh://USER@HOST" in command(result_of(device="ssh://pi@raspberrypi.local"))


def test_what_no_option_says_follows_as_python(result_of: Callable[..., BenchResult]) -> None:
    line = command(result_of(samples=20, seconds=0.0, cold_starts=1))
    assert line.endswith("# in Python, with BenchmarkPlan(samples=20, seconds=0, cold_starts=1)")


def test_files_that_failed_are_part_of_it(rich: BenchResult) -> None:
    result = dataclasses.replace(rich, failed=(dataclasses.replace(rich.failed[0], file="broken.tflite"),))
    assert "broken.tflite" in shlex.split(command(result))
