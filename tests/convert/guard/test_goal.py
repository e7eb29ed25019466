from typing import Any

import pytest

from edgesmith.convert.guard.goal import Goal
from edgesmith.runtime.errors import OptionError


@pytest.mark.parametrize(
    ("fields", "needs_labels", "text"),
    [
        ({"max_drop": 0.5}, True, "at most 0.5 points below float"),
        ({"min_agreement": 98}, False, "at least 98 % agreement with float"),
    ],
    ids=["drop", "agreement"],
)
def test_goal_says_what_it_is(fields: dict[str, Any], needs_labels: bool, text: str) -> None:
    goal = Goal(**fields)
    assert (goal.needs_labels, str(goal)) == (needs_labels, text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "one of --max-drop and --min-agreement"),
        ({"max_drop": 1.0, "min_agreement": 98.0}, "not both"),
        ({"max_drop": -0.1}, r"--max-drop -0\.1"),
        ({"min_agreement": 101.0}, "--min-agreement 101"),
        ({"max_drop": float("nan")}, "--max-drop nan"),
    ],
    ids=["none", "both", "negative", "more than all", "no number"],
)
def test_other_goals_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Goal(**fields)
