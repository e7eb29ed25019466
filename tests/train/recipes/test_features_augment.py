from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.train.recipes.features_augment import train_features_augment
from edgesmith.train.recipes.task import Task

MakeTask = Callable[..., Task]


def test_only_the_head_learns_and_on_changed_images(
    make_task: MakeTask, changed: Callable[[Any, list[Any]], set[str]]
) -> None:
    task = make_task("features-augment")
    before = [layer.get_weights() for layer in task.body.layers if layer.weights]

    trained = train_features_augment(task)

    assert task.stage("features-augment").augmenter is not None
    assert changed(trained.model, before) == set()


@pytest.mark.slow
def test_the_head_did_learn(make_task: MakeTask) -> None:
    task = make_task("features-augment", epochs=12, learning_rate=0.1)

    train_features_augment(task)

    epochs = task.journal.history.epochs
    assert epochs[-1].loss < epochs[0].loss
