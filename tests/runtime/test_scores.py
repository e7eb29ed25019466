from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.scores import Prediction, Scores, probabilities


def _scores(*values: float) -> Scores:
    return Scores("abcdef"[: len(values)], np.array(values, np.float32))


def test_top_is_sorted_with_label_score_and_index() -> None:
    assert _scores(0.25, 0.125, 0.5).top(2) == [
        Prediction(label="c", score=0.5, index=2),
        Prediction(label="a", score=0.25, index=0),
    ]


@pytest.mark.parametrize(
    ("count", "labels"),
    [(1, "b"), (3, "bca"), (9, "bca")],
    ids=["one", "all", "more than there are"],
)
def test_top_counts(count: int, labels: str) -> None:
    assert "".join(prediction.label for prediction in _scores(0.1, 0.6, 0.3).top(count)) == labels


@pytest.mark.parametrize("count", [0, -1, 2.0, "3", None], ids=repr)
def test_top_of_what_is_no_count(count: Any) -> None:
    with pytest.raises(OptionError, match=rf"top\({count!r}\); a whole number, at least 1, is needed"):
        _scores(0.1, 0.6).top(count)


def test_equal_scores_come_by_index() -> None:
    assert [prediction.index for prediction in _scores(0.2, 0.4, 0.2, 0.4, 0.2).top(5)] == [1, 3, 0, 2, 4]


def test_a_prediction_holds_plain_python_numbers() -> None:
    prediction = _scores(0.5, 0.25).top()[0]
    assert (type(prediction.score), type(prediction.index)) == (float, int)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(np.array([0, 128, 255], np.uint8), [0, 0.5, 255 / 256], id="uint8 is q of 256"),
        pytest.param(np.array([-128, 0, 127], np.int8), [0, 0.5, 255 / 256], id="int8 is q + 128 of 256"),
        pytest.param(np.array([0.25, 0.5, 0.25], np.float32), [0.25, 0.5, 0.25], id="float32 as it is"),
        pytest.param(np.array([0.25, 0.5, 0.25], np.float16), [0.25, 0.5, 0.25], id="float16 widened"),
    ],
)
def test_probabilities(row: np.ndarray, expected: list[float]) -> None:
    got = probabilities(row, classes=3)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(np.array([0.25], np.float32), [0.75, 0.25], id="float"),
        pytest.param(np.array([64], np.uint8), [0.75, 0.25], id="uint8"),
        pytest.param(np.array([-64], np.int8), [0.75, 0.25], id="int8"),
    ],
)
def test_one_sigmoid_output_is_the_second_class(row: np.ndarray, expected: list[float]) -> None:
    np.testing.assert_array_equal(probabilities(row, classes=2), np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("shape", "classes"),
    [((2,), 3), ((1,), 3), ((1, 3), 3), ((), 2)],
    ids=["too few", "one for three", "a row too deep", "a scalar"],
)
def test_a_row_that_does_not_fit_is_refused(shape: tuple[int, ...], classes: int) -> None:
    with pytest.raises(ValueError, match=f"for {classes} labels"):
        probabilities(np.zeros(shape, np.float32), classes=classes)


def test_the_row_is_not_changed() -> None:
    row = np.array([1, 2, 3], np.uint8)
    probabilities(row, classes=3)
    assert row.tolist() == [1, 2, 3]
