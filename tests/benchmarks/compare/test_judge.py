import math

import numpy as np
import pytest

from edgesmith.benchmarks.compare.judge import Change, Verdict, change, judge


def test_the_interval_is_welch_s_on_logarithms() -> None:
    old, new = [1.0, 1.1, 1.2, 1.0, 1.1], [1.3, 1.2, 1.25, 1.4, 1.35]
    found = change(old, new, confidence=0.95)

    first, second = np.log(old), np.log(new)
    variance = first.var(ddof=1) / 5 + second.var(ddof=1) / 5
    middle = second.mean() - first.mean()
    assert found.ratio == pytest.approx(math.exp(middle))
    low, high = (math.log(bound) - middle for bound in found.interval)
    assert low == pytest.approx(-high)
    # t of 8 degrees of freedom is 2.306, of 7 it is 2.365: Welch's are between 7 and 8 here
    assert 2.306 < high / math.sqrt(variance) < 2.365


def test_equal_times_leave_no_doubt() -> None:
    assert change([2.0] * 5, [2.0] * 5, confidence=0.95) == Change(ratio=1.0, interval=(1.0, 1.0))


def test_more_confidence_is_a_wider_interval() -> None:
    old, new = [1.0, 1.1, 1.2, 1.0, 1.1], [1.3, 1.2, 1.25, 1.4, 1.35]
    narrow, wide = (change(old, new, confidence=confidence).interval for confidence in (0.95, 0.999))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize(
    ("interval", "shift", "verdict"),
    [
        ((1.05, 1.15), 0.0, "slower"),
        ((0.85, 0.95), 0.0, "faster"),
        ((0.97, 1.03), 0.0, "no difference"),
        ((1.01, 1.03), 0.0, "no difference"),
        ((0.8, 1.3), 0.0, "machine not quiet"),
        ((1.01, 1.12), 0.0, "machine not quiet"),
        ((1.05, 1.09), 0.04, "machine not quiet"),
        ((1.03, 1.03), 0.04, "no difference"),
        ((1.03, 1.07), 0.02, "machine not quiet"),
        ((1.07, 1.15), -0.04, "slower"),
    ],
    ids=[
        "beyond",
        "before",
        "around one",
        "proven, and too small",
        "nothing seen",
        "neither",
        "as much as the machine, and wide",
        "as much as the machine",
        "ten percent may hide",
        "more than the machine",
    ],
)
def test_a_verdict_needs_the_whole_interval(
    interval: tuple[float, float], shift: float, verdict: Verdict
) -> None:
    found = Change(ratio=math.sqrt(interval[0] * interval[1]), interval=interval)
    assert judge(found, shift=shift) == verdict
