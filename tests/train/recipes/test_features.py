from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edgesmith.train.fitting import predict
from edgesmith.train.recipes import task as task_module
from edgesmith.train.recipes.features import train_features
from edgesmith.train.recipes.task import Task

MakeTask = Callable[..., Task]


def test_the_body_is_left_alone_and_the_head_learns(make_task: MakeTask) -> None:
    task = make_task("features", epochs=15, learning_rate=0.1)
    before = task.body.get_weights()

    trained = train_features(task)

    for old, new in zip(before, task.body.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert task.journal.history.best().val_accuracy == 1.0
    assert trained.model.layers[-1].units == 2
    assert {epoch.stage for epoch in task.journal.history.epochs} == {"head"}


def test_second_run_with_another_head_decodes_nothing_and_runs_no_body(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_features(make_task("features"))
    again = make_task("features", run="again", dropout=0.5, learning_rate=0.5, head="sigmoid")
    runs: list[Any] = []

    def count(*arguments: Any, **options: Any) -> Any:
        runs.append(arguments)
        return predict(*arguments, **options)

    monkeypatch.setattr(task_module, "predict", count)

    trained = train_features(again)
    trained.score("test")

    assert runs == []
    assert not [images for images in again.images.values() if images.is_read]
    assert again.journal.progress.said[:3] == [  # type: ignore[attr-defined]
        f"features {split}: kept from an earlier run" for split in ("train", "val", "test")
    ]


def test_patience_and_epochs_are_the_plans(make_task: MakeTask) -> None:
    task = make_task("features", epochs=30, patience=1, learning_rate=1e-9, dropout=0.0)

    train_features(task)

    assert len(task.journal.history.epochs) < 30
