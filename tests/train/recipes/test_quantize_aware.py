import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.runtime.images import load
from edgesmith.runtime.runrecord import RunRecord, sha256_of
from edgesmith.train import TrainingPlan, train
from edgesmith.train.backend import keras
from edgesmith.train.fitting import Stage, fit
from edgesmith.train.quantization.network import find_ranges
from edgesmith.train.recipes import quantize_aware
from edgesmith.train.recipes import task as task_module

Draw = Callable[..., Path]


def weights_of(run: Path) -> list[Any]:
    weights: list[Any] = keras.saving.load_model(run / "model.keras").get_weights()
    return weights


def plan(start: Path, output: Path, *, data: Path | None = None) -> TrainingPlan:
    return TrainingPlan(
        data=str(data or start.parent / "data"),
        output=output,
        recipe="quantize-aware",
        start_from=start,
        epochs=2,
        batch_size=8,
    )


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, draw: Draw) -> Path:
    """A RUN of a small network, trained for one epoch on `data` beside it; only to be read."""
    root = tmp_path_factory.mktemp("start")
    for split in SPLITS:
        draw(root / "data" / split, "red", "blue", count=8)
    train(
        TrainingPlan(
            data=str(root / "data"),
            output=root / "run",
            model="separable_small",
            image_size=32,
            epochs=1,
            batch_size=8,
        )
    )
    return root / "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A quantization-aware training whose result counts as better than its start, and what it went through."""

    run: Path
    record: RunRecord
    fitted: Any
    stage: Stage
    drawn: Any


@pytest.fixture(scope="module")
def aware(start: Path) -> Iterator[Seen]:
    seen: dict[str, Any] = {}

    def watch_fit(model: Any, *, stage: Stage, **arguments: Any) -> float:
        seen.update(fitted=model, stage=stage)
        return fit(model, stage=stage, **arguments)

    def watch_ranges(model: Any, pixels: Any) -> Any:
        seen.update(drawn=pixels)
        return find_ranges(model, pixels)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantize_aware, "_RANGE_IMAGES", 5)
        patch.setattr(quantize_aware, "_rounded_accuracy", lambda *_: -1.0)
        patch.setattr(task_module, "fit", watch_fit)
        patch.setattr(quantize_aware, "find_ranges", watch_ranges)
        run = start.with_name("aware")
        yield Seen(run=run, record=train(plan(start, run)), **seen)


def test_saved_model_has_the_layers_of_the_start_and_none_that_rounds(start: Path, aware: Seen) -> None:
    before = keras.saving.load_model(start / "model.keras")
    after = keras.saving.load_model(aware.run / "model.keras")

    assert [(type(a), a.name) for a in after.layers] == [(type(b), b.name) for b in before.layers]


def test_kernels_are_trained_and_statistics_do_not_move(start: Path, aware: Seen) -> None:
    model = keras.saving.load_model(aware.run / "model.keras")

    moved = {
        weight.path
        for weight, old in zip(model.weights, weights_of(start), strict=True)
        if not np.allclose(weight.numpy(), old, rtol=1e-6, atol=1e-7)
    }

    # Gradients may be zero where ReLU is: not every weight has to move.
    assert len([path for path in moved if path.endswith("kernel")]) >= 10
    assert not [path for path in moved if "moving" in path]


def test_run_says_where_it_came_from(start: Path, aware: Seen) -> None:
    assert aware.record.plan["recipe"] == "quantize-aware"
    assert aware.record.plan["model"] == "separable_small"
    assert aware.record.plan["start_from"] == str(start)
    assert aware.record.plan["weights_sha256"] == sha256_of(start / "model.keras")


def test_metrics_are_those_of_the_saved_float_model(aware: Seen) -> None:
    model = keras.saving.load_model(aware.run / "model.keras")
    images = aware.record.images("test")
    pixels = np.concatenate([load(file, aware.record.input) for file in images.files])

    hits = model.predict(pixels, verbose=0).argmax(axis=1) == images.classes

    assert aware.record.metrics["test"]["top1"] == hits.mean()


def test_accuracy_of_the_rounded_network_decides_on_the_epoch(aware: Seen) -> None:
    kinds = {type(layer).__name__ for layer in aware.fitted.layers}

    assert aware.stage.chosen_by == "val_accuracy"
    assert {"RoundedKernel", "RoundedActivation", "FrozenBatchNormalization"} <= kinds
    assert not kinds & {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense", "BatchNormalization"}


def test_ranges_come_from_training_images_alone(aware: Seen) -> None:
    images = aware.record.images("train")
    training = {load(file, aware.record.input)[0].tobytes() for file in images.files}

    assert len(aware.drawn) == 5
    assert {image.tobytes() for image in aware.drawn} <= training


def test_training_that_does_not_raise_the_rounded_accuracy_is_undone(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantize_aware, "_rounded_accuracy", lambda *_: 1.0)

    train(plan(start, tmp_path / "run"))

    for old, new in zip(weights_of(start), weights_of(tmp_path / "run"), strict=True):
        np.testing.assert_array_equal(old, new)


def test_images_that_trained_the_start_cannot_judge(start: Path, tmp_path: Path) -> None:
    shutil.copytree(start.parent / "data", tmp_path / "data")
    (tmp_path / "data" / "test").rename(tmp_path / "other")
    (tmp_path / "data" / "train").rename(tmp_path / "data" / "test")
    (tmp_path / "other").rename(tmp_path / "data" / "train")

    with pytest.raises(DataError, match="16 images of val and test were training images"):
        train(plan(start, tmp_path / "run", data=tmp_path / "data"))

    assert not (tmp_path / "run").exists()
