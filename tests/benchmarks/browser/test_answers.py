import dataclasses

import pytest

from edgesmith.benchmarks.browser.answers import check_golden
from edgesmith.benchmarks.browser.events import Golden, GoldenVerdict
from edgesmith.benchmarks.browser.facts import GoldenState
from edgesmith.runtime.spec import Golden as StoredGolden
from edgesmith.runtime.spec import InputSpec, ModelSpec, Precision, SourceSpec

FLOAT = ModelSpec(
    name="a",
    labels=("b", "c"),
    input=InputSpec(height=8, width=8, channels=3),
    precision="float32",
    source=SourceSpec(sha256="0" * 64, framework="test"),
    golden=StoredGolden(outputs=((0.5, 0.5),) * 4, tolerance=1e-5, other_kernels=0.0),
)


def _posted(verdict: GoldenVerdict, difference: float | None) -> Golden:
    return Golden(
        seq=1, at_ms=1, type="golden", model=0, threads=1, verdict=verdict, max_abs_difference=difference
    )


@pytest.mark.parametrize(
    ("precision", "verdict", "difference", "state"),
    [
        ("int8", "identical", 0.0, "identical"),
        ("int8", "within", 1.0, "different"),
        ("int8", "identical", 0.001, "different"),
        ("float32", "identical", 0.0, "identical"),
        ("float32", "within", 1e-6, "within"),
        ("float32", "identical", 1e-6, "within"),
        ("float32", "within", 2e-5, "different"),
        ("float32", "identical", None, "different"),
        ("float32", "different", 1e-6, "different"),
    ],
)
def test_the_verdict_follows_from_the_difference(
    precision: Precision, verdict: GoldenVerdict, difference: float | None, state: GoldenState
) -> None:
    spec = dataclasses.replace(FLOAT, precision=precision)
    assert check_golden([_posted(verdict, difference)], spec).state == state


def test_the_worst_of_several_loads_counts() -> None:
    found = check_golden([_posted("within", 1e-6), _posted("within", 0.5), _posted("identical", 0.0)], FLOAT)
    assert (found.state, found.max_abs_difference, found.allowed) == ("different", 0.5, 1e-5)


def test_none_is_not_checked() -> None:
    assert check_golden([], FLOAT).state == "not checked"
