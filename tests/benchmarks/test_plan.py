from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks import BenchmarkPlan
from edgesmith.runtime.errors import EdgesmithError


@pytest.mark.parametrize(
    "changes",
    [
        {"models": ()},
        {"threads": ()},
        {"threads": (1, 0)},
        {"threads": (2, 2)},
        {"samples": 0},
        {"seconds": -1.0},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"cold_starts": 0},
        {"processes": 0},
        {"processes": 5, "scenario": "sustained"},
        {"engines": ("onnxruntime", "onnxruntime")},
    ],
    ids=str,
)
def test_impossible_plans_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(EdgesmithError):
        BenchmarkPlan(**{"models": (Path("a.onnx"),), "data": Path("data"), **changes})


def test_the_public_names_arrive_lazily() -> None:
    import edgesmith.benchmarks as package

    assert package.BenchmarkPlan is BenchmarkPlan
    assert callable(package.bench)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = package.nothing_such
