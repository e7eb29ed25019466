from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.train.plan import Recipe
from edgesmith.train.recipes.scratch import train_scratch
from edgesmith.train.recipes.task import Task

MakeTask = Callable[..., Task]


@pytest.mark.parametrize("recipe", ["scratch", pytest.param("scratch-augment", marks=pytest.mark.slow)])
def test_every_layer_is_trained(
    make_task: MakeTask, changed: Callable[[Any, list[Any]], set[str]], recipe: Recipe
) -> None:
    task = make_task(recipe)
    before = [layer.get_weights() for layer in task.body.layers if layer.weights]

    trained = train_scratch(task)

    assert changed(trained.model, before) == {
        f"block_{index}_{kind}" for index in (1, 2, 3) for kind in ("conv", "bn")
    }
    assert [epoch.stage for epoch in task.journal.history.epochs] == [recipe]
