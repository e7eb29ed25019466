import numpy as np
import pytest

from edgesmith.runtime.scores import Scores
from edgesmith.runtime.streams import StreamOptions, StreamResult
from edgesmith.runtime.streams.result import is_sure

SCORES = Scores(("a", "b", "c"), np.array([0.25, 0.625, 0.125], np.float32))


@pytest.mark.parametrize(
    ("min_score", "min_margin", "sure"),
    [(0, 0, True), (0.625, 0, True), (0.63, 0, False), (0, 0.375, True), (0, 0.38, False), (0.7, 0.1, False)],
)
def test_sure_by_score_and_by_margin(min_score: float, min_margin: float, sure: bool) -> None:
    assert is_sure(SCORES, StreamOptions(min_score=min_score, min_margin=min_margin)) is sure


def test_the_best_class_only_when_sure() -> None:
    sure = StreamResult(source="a.jpg", number=0, seconds=None, scores=SCORES, sure=True)
    unsure = StreamResult(source="a.jpg", number=0, seconds=None, scores=SCORES)
    assert sure.best is not None
    assert sure.best.label == "b"
    assert unsure.best is None
    assert StreamResult(source="a.jpg", number=0, seconds=None, error="bad").best is None


def test_json_of_a_picture() -> None:
    result = StreamResult(source="a.jpg", number=7, seconds=None, scores=SCORES, sure=True)
    assert result.to_json(top=1) == {
        "file": "a.jpg",
        "top": [{"label": "b", "score": 0.625, "index": 1}],
        "sure": True,
    }


def test_json_of_a_frame() -> None:
    result = StreamResult(source="a.mp4", number=7, seconds=0.28001, dropped=2, error="bad")
    assert result.to_json(top=1) == {
        "file": "a.mp4",
        "frame": 7,
        "seconds": 0.28,
        "dropped": 2,
        "error": "bad",
    }
