"""What one rung is worth, from scores written down by hand."""

import numpy as np
import pytest

from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.guard.judgement import judge

# Four images, two classes: float is right on the first three, int8 flips the third and the fourth.
FLOAT = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]], np.float32)
INT8 = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3]], np.float32)
CLASSES = (0, 1, 0, 0)


def test_agreement_counts_equal_best_classes() -> None:
    judgement = judge(INT8, FLOAT, None)
    assert (judgement.images, judgement.agreement) == (4, 0.5)
    assert judgement.drop is None
    assert judgement.drop_interval is None


def test_drop_is_what_was_lost_less_what_was_won() -> None:
    assert judge(INT8, FLOAT, CLASSES).drop == 0.0
    assert judge(INT8, FLOAT, (0, 1, 0, 1)).drop == 50.0
    assert judge(INT8, FLOAT, (0, 1, 1, 0)).drop == -50.0


def test_divergence_is_zero_for_equal_scores_and_grows_with_distance() -> None:
    nearer = FLOAT * 0.9 + INT8 * 0.1
    assert judge(FLOAT, FLOAT, None).divergence == pytest.approx(0, abs=1e-9)
    assert 0 < judge(nearer, FLOAT, None).divergence < judge(INT8, FLOAT, None).divergence


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal(max_drop=50.0), True),
        (Goal(max_drop=49.9), False),
        (Goal(min_agreement=50.0), True),
        (Goal(min_agreement=50.1), False),
    ],
    ids=str,
)
def test_goal_is_met_at_its_very_value(goal: Goal, met: bool) -> None:
    assert judge(INT8, FLOAT, (0, 1, 0, 1)).meets(goal) is met


def test_drop_cannot_be_met_without_labels() -> None:
    assert not judge(FLOAT, FLOAT, None).meets(Goal(max_drop=100.0))
