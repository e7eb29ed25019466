"""What `compare --json` prints of real verdicts is what docs/schemas says."""

from collections.abc import Callable
from typing import Any

from edgesmith.benchmarks.compare.compare import compare
from edgesmith.benchmarks.results import BenchResult


def test_verdicts(processes_result: Callable[..., BenchResult], conforms: Callable[[Any], None]) -> None:
    old, new = (
        processes_result([median + step / 100 for step in range(8)], wrong=wrong)
        for median, wrong in ((20.0, 10), (24.0, 30))
    )
    document = compare(old, new).to_json()

    assert "slower" in document["verdicts"]
    assert document["pairs"][0]["accuracy"]["test"]
    conforms(document)


def test_no_verdict(processes_result: Callable[..., BenchResult], conforms: Callable[[Any], None]) -> None:
    old, new = (processes_result([20.0] * 8, reference=[speed] * 8) for speed in (1.0, 3.0))
    document = compare(old, new).to_json()

    assert document["pairs"][0]["phases"][0]["ratio"] is None
    conforms(document)
