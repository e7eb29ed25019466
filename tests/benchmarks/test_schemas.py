"""What `bench` and `compare` write is what docs/schemas says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.benchmark import bench
from edgesmith.benchmarks.compare.counts import compare_counts
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.devices.several import SCHEMA, Outcome
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.errors import DeviceError

Conforms = Callable[[Any], None]


def test_bench_json(bench_folder: Path, conforms: Conforms) -> None:
    document = json.loads((bench_folder / "bench.json").read_text())
    conforms(document)
    assert document["blocks"]
    assert document["runs"][0]["evaluation"]


def test_bench_json_with_everything_asked_for(
    tiny_plan: Callable[..., BenchmarkPlan], models: tuple[Path, Path], conforms: Conforms
) -> None:
    plan = tiny_plan(models=models, scenario="single-stream", profile=True)
    conforms(json.loads(bench(plan, progress=Silence()).to_json()))


def test_counts_json(make_counts: Callable[..., CountsResult], conforms: Conforms) -> None:
    conforms(json.loads(make_counts(1_000_000, 1_000_500).to_json()))


def test_compare_of_counts(make_counts: Callable[..., CountsResult], conforms: Conforms) -> None:
    conforms(compare_counts(make_counts(1_000_000), make_counts(1_010_000), max_more=0.1).to_json())


def test_several_devices(
    result: BenchResult,
    make_counts: Callable[..., CountsResult],
    tiny_plan: Callable[..., BenchmarkPlan],
    conforms: Conforms,
) -> None:
    error = DeviceError("gone", tip="check its power")
    outcomes = [
        Outcome(plan=tiny_plan(), result=result),
        Outcome(plan=tiny_plan(), result=make_counts(1_000_000)),
        Outcome(plan=tiny_plan(), error=error),
    ]
    conforms({"schema": SCHEMA, "devices": [outcome.to_json() for outcome in outcomes]})


@pytest.mark.parametrize("key", ["p50", "summary"])
def test_what_is_not_said_is_found(key: str, result: BenchResult, conforms: Conforms) -> None:
    from jsonschema import ValidationError

    document = json.loads(result.to_json())
    run = document["runs"][0]
    del (run["summary"] if key == "p50" else run)[key]
    with pytest.raises(ValidationError):
        conforms(document)
