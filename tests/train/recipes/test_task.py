from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.train.recipes import task as task_module
from edgesmith.train.recipes.task import Task, scores_of

MakeTask = Callable[..., Task]


def test_sigmoid_is_the_probability_of_the_second_class() -> None:
    np.testing.assert_allclose(scores_of(np.array([[0.25]], np.float32)), [[0.75, 0.25]])
    two = np.array([[0.5, 0.5]], np.float32)
    assert scores_of(two) is two


def test_pixels_are_decoded_the_first_time(make_task: MakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task("scratch")
    first = task.pixels("val").load(np.arange(8))
    monkeypatch.setattr(task.images["val"], "read", None)

    np.testing.assert_array_equal(task.pixels("val").load(np.arange(8)), first)


def refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("it runs again")


def test_features_come_from_the_cache_the_second_time(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_task("features").features("train")
    again = make_task("finetune", run="again")
    monkeypatch.setattr(task_module, "predict", refuse)
    for images in again.images.values():
        monkeypatch.setattr(images, "read", refuse)

    found = again.features("train")

    np.testing.assert_array_equal(found.load(np.arange(16)), first.load(np.arange(16)))
    np.testing.assert_array_equal(found.one_hot, first.one_hot)


def test_features_of_changed_weights_are_computed_anew(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task("features").features("val")
    other = make_task("features", run="other")
    other.body.layers[2].set_weights([array + 1 for array in other.body.layers[2].get_weights()])
    monkeypatch.setattr(task_module, "predict", refuse)

    with pytest.raises(AssertionError, match="it runs again"):
        other.features("val")


def test_cache_that_cannot_be_written_costs_a_warning(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    task = make_task("features")
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "file"))

    assert task.features("val").load(np.arange(8)).shape == (8, 6)

    assert "warning: features are not kept" in task.journal.progress.said[-1]  # type: ignore[attr-defined]


def test_class_weights_are_those_of_the_training_images_alone(
    make_task: MakeTask, three_splits: Path
) -> None:
    even, uneven = make_task("scratch"), make_task("scratch", run="again", class_weights="balanced")
    uneven.images["train"].classes[:4] = 1  # 4 blue and 12 red ones

    assert set(even.pixels("train").weights.tolist()) == {1.0}
    weights = uneven.pixels("train").weights
    classes = uneven.images["train"].classes
    np.testing.assert_allclose(weights[classes == 0], 16 / (2 * 4))
    np.testing.assert_allclose(weights[classes == 1], 16 / (2 * 12))
    assert set(uneven.pixels("val").weights.tolist()) == {1.0}


def test_stage_is_what_the_plan_says(make_task: MakeTask) -> None:
    task = make_task("scratch-augment", epochs=7, patience=2, learning_rate=0.5, optimizer="sgd", seed=3)

    stage, plain = task.stage("scratch-augment"), task.stage("head", augment=False)

    assert (stage.epochs, stage.patience, stage.rate, stage.optimizer) == (7, 2, 0.5, "sgd")
    assert (stage.seed, stage.batch_size, stage.chosen_by) == (3, 8, "val_loss")
    assert stage.augmenter is not None
    assert plain.augmenter is None
