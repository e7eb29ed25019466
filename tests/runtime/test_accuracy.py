import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgesmith.runtime.accuracy import measure_accuracy, paired_drop, wilson_interval


# 0 of 10 by hand: z² / (10 + z²) with z² = 3.8415. 8 of 10 stands in textbooks, 10 of 10 mirrors 0 of 10.
@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_known_wilson_intervals(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share_and_mirrors(counts: tuple[int, int]) -> None:
    hits, trials = counts
    low, high = wilson_interval(hits, trials)
    assert 0 <= low <= hits / trials + 1e-12
    assert hits / trials - 1e-12 <= high <= 1
    assert wilson_interval(trials - hits, trials) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_more_confidence_is_wider() -> None:
    narrow, wide = wilson_interval(8, 10, confidence=0.5), wilson_interval(8, 10, confidence=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_top1_and_top5() -> None:
    scores = np.zeros((4, 7), np.float32)
    scores[:] = np.arange(7)  # class 6 is the best, class 2 the fifth, class 1 the sixth
    accuracy = measure_accuracy(scores, [6, 2, 1, 0])
    assert (accuracy.top1, accuracy.top5, accuracy.images) == (0.25, 0.5, 4)
    assert accuracy.interval == wilson_interval(1, 4)


def test_equal_scores_rank_by_index() -> None:
    scores = np.full((2, 7), 0.5)
    assert measure_accuracy(scores, [0, 1]).top1 == 0.5
    assert measure_accuracy(scores, [4, 5]).top5 == 0.5


def test_many_ties_rank_by_index() -> None:
    # Long rows: NumPy's unstable sort keeps the order of short ones.
    scores = np.random.default_rng(0).integers(0, 4, (50, 1000)).astype(np.float32)
    fifth = [sorted(range(1000), key=lambda index: (-row[index], index))[4] for row in scores]
    assert measure_accuracy(scores, fifth).top5 == 1.0
    assert measure_accuracy(scores, scores.argmax(axis=1).tolist()).top1 == 1.0


def test_uint8_scores_do_not_wrap() -> None:
    # Negated as uint8, 0 would stay 0 and rank before 1 .. 255.
    accuracy = measure_accuracy(np.array([[0, 255, 1], [200, 0, 3]], np.uint8), [1, 0])
    assert accuracy.top1 == 1.0


def test_a_score_that_is_no_number_never_wins() -> None:
    assert measure_accuracy(np.array([[np.nan, 0.1]]), [0]).top1 == 0.0


@pytest.mark.parametrize(
    ("shape", "classes"),
    [((0, 3), []), ((2, 3), [0]), ((3,), [0, 1, 2])],
    ids=["no images", "too few classes", "one row"],
)
def test_what_cannot_be_counted_is_refused(shape: tuple[int, ...], classes: list[int]) -> None:
    with pytest.raises(ValueError, match=f"against {len(classes)} classes"):
        measure_accuracy(np.zeros(shape), classes)


def test_json() -> None:
    document = json.loads(json.dumps(measure_accuracy(np.eye(2), [0, 0]).to_json()))
    assert document == {"top1": 0.5, "top5": 1.0, "images": 2, "interval": list(wilson_interval(1, 2))}


def hits(*values: int) -> np.ndarray:
    return np.array(values, bool)


def test_drop_is_paired() -> None:
    """Lost twice, won once, of five: one of five fewer, whatever the others are."""
    drop, (low, high) = paired_drop(hits(1, 1, 0, 1, 0), hits(0, 0, 1, 1, 0))
    assert drop == pytest.approx(20.0)
    assert low < 0 < high


def test_interval_of_the_drop_narrows_with_images_and_stays_open() -> None:
    same = np.ones(100, bool)
    drop, (low, high) = paired_drop(same, same)
    assert drop == 0
    # Agresti and Min: nothing discordant of n is 1.96 * sqrt(1) / (n + 2).
    assert (low, high) == pytest.approx((-100 * 1.96 / 102, 100 * 1.96 / 102), rel=1e-4)
    tenfold = paired_drop(np.repeat(same, 10), np.repeat(same, 10))[1]
    assert tenfold[1] < high / 5


@pytest.mark.parametrize("shapes", [(3, 4), (0, 0)], ids=["unequal", "none"])
def test_hits_that_do_not_pair_are_refused(shapes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="hits of shape"):
        paired_drop(np.ones(shapes[0], bool), np.ones(shapes[1], bool))
