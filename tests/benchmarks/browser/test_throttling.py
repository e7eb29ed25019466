import pytest

from edgesmith.benchmarks.browser.throttling import RISE, rise


@pytest.mark.parametrize(
    ("times", "slow"),
    [
        ([2.0] * 20, False),
        ([2.0, 2.1, 1.9] * 7, False),
        ([2.0] * 10 + [8.0] * 10, True),
        ([2.0] * 10 + [8.0] * 4 + [2.0] * 10, True),
        ([2.0] * 30 + [50.0], False),
        ([2.0] * 10 + [2.2] * 10, False),
        ([2.0] * 10 + [2.4] * 10, True),
        ([8.0] * 10 + [2.0] * 10, False),
        ([2.0, 2.0, 2.0], False),
        ([], False),
    ],
    ids=[
        "steady", "scattered", "4x from the middle on", "4x for a while", "one hiccup", "10 %", "20 %", "quicker", "too few",
        "none",
    ],
)  # fmt: skip
def test_what_counts_as_slower(times: list[float], slow: bool) -> None:
    assert ((rise(times) or 0.0) > RISE) == slow


def test_by_how_much() -> None:
    assert rise([2.0] * 10 + [8.0] * 10) == pytest.approx(3.0)
    assert rise([2.0] * 3) is None
