from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.applicable import require_applicable
from edgesmith.train.augmentation.settings import PHOTOS, Augmentation
from edgesmith.train.plan import RECIPE_NAMES, MachinePlan, Recipe, TrainingPlan


def plan(**choices: Any) -> TrainingPlan:
    return TrainingPlan(data="data", output=Path("run"), **choices)


@pytest.mark.parametrize(
    ("choices", "heeded_by", "flag"),
    [
        pytest.param({"unfreeze_from": "0.5"}, {"finetune"}, "--unfreeze-from", id="unfreeze-from"),
        pytest.param({"head_learning_rate": 0.1}, {"finetune"}, "--head-learning-rate", id="head's rate"),
        pytest.param({"teacher": Path("run")}, {"distill"}, "--teacher", id="teacher"),
        pytest.param({"temperature": 2.0}, {"distill"}, "--temperature", id="temperature"),
        pytest.param({"start_from": Path("run")}, {"quantize-aware"}, "--from", id="from"),
        pytest.param(
            {"augmentation": PHOTOS},
            set(RECIPE_NAMES) - {"features", "quantize-aware"},
            "--augmentation",
            id="augmentation",
        ),
        pytest.param({"dropout": 0.0}, set(RECIPE_NAMES) - {"quantize-aware"}, "--dropout", id="dropout"),
        pytest.param({"augmentation": Augmentation()}, set(RECIPE_NAMES), "", id="no augmentation"),
        pytest.param({"label_smoothing": 0.1}, set(RECIPE_NAMES), "", id="label smoothing"),
    ],
)
def test_what_a_recipe_does_not_heed_is_refused(
    choices: dict[str, Any], heeded_by: set[Recipe], flag: str
) -> None:
    for recipe in heeded_by:
        require_applicable(plan(**choices), recipe)
    for recipe in set(RECIPE_NAMES) - heeded_by:
        with pytest.raises(OptionError, match=f"^{flag}"):
            require_applicable(plan(**choices), recipe)


def test_the_recipe_that_would_heed_it_is_named() -> None:
    with pytest.raises(
        OptionError, match="belongs to the recipe distill, and this one is 'scratch'"
    ) as caught:
        require_applicable(plan(teacher=Path("run")), "scratch")

    assert caught.value.tip == "--recipe distill, or leave --teacher out"


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_what_is_made_for_one_host_is_refused_on_several(recipe: Recipe) -> None:
    several = MachinePlan(distribute="hosts", coordinator="10.0.0.1:8476", hosts=2, host_index=0)

    if recipe in ("distill", "quantize-aware"):
        with pytest.raises(OptionError, match="trains on one host only"):
            require_applicable(plan(machine=several), recipe)
    else:
        require_applicable(plan(machine=several), recipe)
