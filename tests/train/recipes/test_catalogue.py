"""Held by every recipe: what it reports is what the model says that it saves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.plan import RECIPE_NAMES, Recipe
from edgesmith.train.recipes.catalogue import RECIPES
from edgesmith.train.recipes.task import Task, scores_of

MakeTask = Callable[..., Task]

# The others begin with a finished RUN: test_quantize_aware.py, test_distill.py.
FAST = [
    ("scratch", "softmax"),
    ("features", "softmax"),
    ("features-augment", "softmax"),
    ("finetune", "sigmoid"),
]
SLOW = [("scratch-augment", "softmax"), ("finetune", "softmax"), ("features", "sigmoid")]


def test_every_recipe_has_its_function() -> None:
    assert set(RECIPES) == set(RECIPE_NAMES)


@pytest.mark.parametrize(
    ("recipe", "head"),
    [*FAST, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)],
)
def test_reported_scores_are_those_of_the_model(make_task: MakeTask, recipe: Recipe, head: str) -> None:
    task = make_task(recipe, head=head)

    trained = RECIPES[recipe](task)

    model: Any = trained.model
    assert model.output.shape[-1] == (1 if head == "sigmoid" else 2)
    for split in SPLITS:
        pixels = task.images[split].load(np.arange(len(task.images[split])))
        expected = scores_of(model.predict(pixels, verbose=0))
        np.testing.assert_allclose(trained.score(split), expected, atol=1e-5)
    assert not [layer.name for layer in model.layers if "Random" in type(layer).__name__]
