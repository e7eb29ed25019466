import numpy as np
import pytest

from edgesmith.benchmarks.classification import (
    Evaluation,
    calibration_error,
    confusion_matrix,
    disagreement,
    mcnemar,
    quality,
)

LABELS = ("a", "b", "c")


def evaluation(truth: str, predicted: str, confidence: float = 0.9) -> Evaluation:
    """Classes as letters: `aab` is three images."""
    return Evaluation(
        labels=LABELS,
        truth=tuple(map("abc".index, truth)),
        predicted=tuple(map("abc".index, predicted)),
        confidence=(confidence,) * len(truth),
    )


def test_each_class_has_its_images_hits_and_interval() -> None:
    first, second = quality(evaluation("aaab", "aabb")).classes  # c has no images, and no row
    assert (first.label, first.images, first.recall, first.precision) == ("a", 3, 2 / 3, 1.0)
    assert (second.label, second.images, second.recall, second.precision) == ("b", 1, 1.0, 0.5)
    assert second.interval[0] == pytest.approx(0.2065, abs=1e-4)  # Wilson, 1 of 1


def test_a_class_that_is_never_named_has_no_precision() -> None:
    assert quality(evaluation("ab", "aa")).classes[1].precision is None


def test_rows_of_the_confusion_matrix_are_the_truth() -> None:
    assert confusion_matrix(evaluation("aaab", "aabb")).tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("predicted", "confidence", "error"),
    [("aaaa", 1.0, 0.0), ("aabb", 1.0, 0.5), ("aabb", 0.5, 0.0), ("aaaa", 0.5, 0.5)],
    ids=["sure and right", "sure and half wrong", "as sure as right", "right and unsure"],
)
def test_calibration_error_is_the_gap_between_confidence_and_truth(
    predicted: str, confidence: float, error: float
) -> None:
    assert calibration_error(evaluation("aaaa", predicted, confidence)) == pytest.approx(error)


def test_gaps_of_different_bins_do_not_cancel() -> None:
    mixed = Evaluation(labels=LABELS, truth=(0, 0), predicted=(0, 1), confidence=(0.5, 0.5 + 0.3))
    assert calibration_error(mixed) == pytest.approx((0.5 + 0.8) / 2)


@pytest.mark.parametrize(
    ("counts", "p_value"),
    [((0, 0), 1.0), ((5, 5), 1.0), ((0, 5), 0.0625), ((6, 0), 0.03125), ((1, 9), 22 / 1024)],
    ids=str,
)
def test_mcnemar_is_the_two_sided_binomial_test(counts: tuple[int, int], p_value: float) -> None:
    assert mcnemar(*counts) == pytest.approx(p_value)


def test_mcnemar_errs_no_more_often_than_it_says() -> None:
    generator = np.random.default_rng(0)
    throws = generator.binomial(30, 0.5, 2000)
    assert np.mean([mcnemar(int(heads), 30 - int(heads)) < 0.05 for heads in throws]) <= 0.05


def test_two_files_are_compared_image_by_image() -> None:
    found = disagreement(evaluation("aaaab", "aaaaa"), evaluation("aaaab", "aabba"))
    assert (found.only_first, found.only_second) == (2, 0)
    assert found.agreement == pytest.approx(3 / 5)
    assert found.drop == pytest.approx(40)
    assert found.drop_interval[0] < 40 < found.drop_interval[1]
    assert not found.significant


def test_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match="different images"):
        disagreement(evaluation("aa", "aa"), evaluation("ab", "aa"))


@pytest.mark.parametrize(
    ("truth", "predicted", "confidence"),
    [((), (), ()), ((0,), (0, 1), (1.0,)), ((0,), (7,), (1.0,))],
    ids=str,
)
def test_impossible_evaluations_are_refused(
    truth: tuple[int, ...], predicted: tuple[int, ...], confidence: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"entries|outside"):
        Evaluation(labels=LABELS, truth=truth, predicted=predicted, confidence=confidence)
