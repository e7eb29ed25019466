import numpy as np
import pytest

from edgesmith.runtime.scores import Scores
from edgesmith.runtime.streams.smoothing import Smoother


def _smoothed(smooth: Smoother, *values: float, source: str = "camera") -> list[float]:
    rows = [Scores(("a", "b"), np.array([value, 1 - value], np.float32)) for value in values]
    return [float(smooth(row, source=source, number=number).values[0]) for number, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, [1.0, 0.0, 0.5, 0.75]), (2, [1.0, 0.5, 0.25, 0.625]), (9, [1.0, 0.5, 0.5, 0.5625])],
    ids=["none", "two frames", "more than there are"],
)
def test_the_mean_of_the_last_frames(length: int, expected: list[float]) -> None:
    assert _smoothed(Smoother(length=length, classes=2), 1.0, 0.0, 0.5, 0.75) == expected


def test_another_source_begins_anew() -> None:
    smooth = Smoother(length=4, classes=2)
    _smoothed(smooth, 1.0, 1.0, 1.0, source="one.mp4")
    assert _smoothed(smooth, 0.0, 0.5, source="two.mp4") == [0.0, 0.25]


def test_the_same_source_over_again_begins_anew() -> None:
    smooth = Smoother(length=4, classes=2)
    _smoothed(smooth, 1.0)
    assert _smoothed(smooth, 0.0, 0.5) == [0.0, 0.25]


def test_labels_and_type_are_kept() -> None:
    scores = Scores(("a", "b"), np.array([0.25, 0.75], np.float32))
    smoothed = Smoother(length=3, classes=2)(scores, source="x", number=0)
    assert smoothed.labels == ("a", "b")
    assert smoothed.values.dtype == np.float32
    assert smoothed.values is not scores.values
