import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.strict import from_json
from edgesmith.train.augmentation.settings import PHOTOS, Augmentation
from edgesmith.train.defaults import settle
from edgesmith.train.plan import MachinePlan, TrainingPlan


def plan(tmp_path: Path, **choices: Any) -> TrainingPlan:
    return TrainingPlan(data=str(tmp_path), output=tmp_path / "run", **choices)


@pytest.mark.parametrize(
    ("choices", "recipe", "weights", "size"),
    [
        pytest.param({}, "features", "imagenet", 224, id="nothing said"),
        pytest.param({"model": "separable_small"}, "scratch", "none", 64, id="no pretrained weights"),
        pytest.param({"weights": "none"}, "scratch", "none", 224, id="no weights wanted"),
        pytest.param({"recipe": "scratch"}, "scratch", "none", 224, id="scratch wanted"),
        pytest.param({"recipe": "finetune", "image_size": 96}, "finetune", "imagenet", 96, id="finetune"),
    ],
)
def test_defaults_follow_from_what_is_stated(
    tmp_path: Path, choices: dict[str, Any], recipe: str, weights: str, size: int
) -> None:
    settled = settle(plan(tmp_path, **choices))

    assert (settled.recipe, settled.weights) == (recipe, weights)
    assert settled.input.shape == (1, size, size, 3)


@pytest.mark.parametrize(
    ("choices", "message", "tip"),
    [
        pytest.param({"image_size": 31}, "31 is outside 32", "224", id="image too small"),
        pytest.param({"alpha": 0.5}, "alpha 0.5", "--alpha 1", id="alpha of a network without"),
        pytest.param(
            {"model": "mobilenet_v1", "alpha": 0.35},
            "alpha 0.35",
            "0.25 or 0.5",
            id="alpha of the other MobileNet",
        ),
        pytest.param(
            {"model": "mobilenet_v3_small", "alpha": 0.5},
            "no ImageNet weights of mobilenet_v3_small with alpha 0.5",
            "0.75 or 1",
            id="alpha without ImageNet weights",
        ),
        pytest.param({"channels": 1}, "3 channels, not 1", "grey", id="grey for a colour network"),
        pytest.param(
            {"model": "separable_small", "recipe": "features"},
            "pretrained",
            "scratch",
            id="nothing to transfer",
        ),
        pytest.param({"recipe": "finetune", "weights": "none"}, "none", "scratch", id="nothing to fine-tune"),
        pytest.param(
            {"recipe": "scratch", "weights": "imagenet"}, "random", "none", id="scratch from ImageNet"
        ),
        pytest.param({"recipe": "distill"}, "none is named", "--teacher RUN", id="no teacher"),
        pytest.param({"teacher": Path("run")}, "belongs to the recipe distill", "distill", id="teacher"),
        pytest.param(
            {"model": "my.py:build", "recipe": "features"}, "no file 'my.py'", "FILE.py", id="no such file"
        ),
        pytest.param(
            {"model": "my_module:build", "recipe": "finetune"}, "whole classifier", "scratch", id="user's own"
        ),
        pytest.param({"weights": "absent.h5"}, "absent.h5", "imagenet", id="no such weights file"),
        pytest.param(
            {"model": "separable_small", "weights": "imagenet"},
            "'imagenet'",
            "FILE",
            id="no ImageNet weights",
        ),
    ],
)
def test_contradictions_are_refused(
    tmp_path: Path, choices: dict[str, Any], message: str, tip: str | None
) -> None:
    with pytest.raises(EdgesmithError, match=message) as caught:
        settle(plan(tmp_path, **choices))

    assert tip is None or tip in str(caught.value.tip)


def test_settled_plan_becomes_json_without_the_output(tmp_path: Path) -> None:
    document = settle(plan(tmp_path, model="mobilenet_v2", alpha=0.35, image_size=96)).to_json()

    assert document == {
        "data": str(tmp_path),
        "model": "mobilenet_v2",
        "recipe": "features",
        "image_size": 96,
        "alpha": 0.35,
        "weights": "imagenet",
        "weights_sha256": None,
        "teacher_sha256": None,
        "channels": 3,
        "head": "softmax",
        "seed": 0,
        "epochs": 60,
        "patience": 6,
        "batch_size": 32,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "head_learning_rate": None,
        "dropout": 0.2,
        "label_smoothing": 0.0,
        "class_weights": "none",
        "augmentation": None,
        "unfreeze_from": None,
        "temperature": None,
        "start_from": None,
        "teacher": None,
        "machine": asdict(MachinePlan()),
    }


def test_plan_of_json_is_the_plan(tmp_path: Path) -> None:
    """Nothing that was settled is open again, by which `--from run.json` repeats it under other defaults."""
    settled = settle(plan(tmp_path, recipe="finetune", epochs=3, learning_rate=0.5, unfreeze_from="pool"))
    document = settled.to_json()

    del document["weights_sha256"], document["teacher_sha256"]
    again = from_json(TrainingPlan, {**document, "output": str(tmp_path / "run")}, where="plan")

    assert settle(again) == settled


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        pytest.param({"recipe": "scratch"}, {"epochs": 30, "augmentation": None}, id="scratch"),
        pytest.param(
            {"recipe": "scratch-augment"}, {"dropout": 0.5, "augmentation": PHOTOS}, id="scratch-augment"
        ),
        pytest.param(
            {"recipe": "scratch-augment", "augmentation": Augmentation()}, {"augmentation": None}, id="none"
        ),
        pytest.param(
            {"recipe": "finetune"}, {"unfreeze_from": "1", "head_learning_rate": 1e-3}, id="finetune"
        ),
        pytest.param(
            {"recipe": "finetune", "unfreeze_from": "pool", "head_learning_rate": 0.5},
            {"unfreeze_from": "pool", "head_learning_rate": 0.5},
            id="finetune, stated",
        ),
        pytest.param(
            {"dropout": 0.0, "label_smoothing": 0.1}, {"dropout": 0.0, "label_smoothing": 0.1}, id="0"
        ),
    ],
)
def test_recipe_decides_on_what_is_open(
    tmp_path: Path, choices: dict[str, Any], expected: dict[str, Any]
) -> None:
    fitting = settle(plan(tmp_path, **choices)).fitting

    assert {name: getattr(fitting, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("data", "expected"), [("tfds:mnist", "tfds:mnist"), ("digits.npz", "<here>/digits.npz")]
)
def test_paths_of_data_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)

    settled = settle(TrainingPlan(data=data, output=tmp_path / "run"))

    assert settled.data == expected.replace("<here>", str(tmp_path))


@pytest.mark.parametrize(
    ("choices", "recipe"),
    [
        pytest.param({"model": "separable_small"}, "scratch", id="network without pretrained weights"),
        pytest.param({"model": "mobilenet_v2"}, "features", id="pretrained network"),
        pytest.param({"model": "mobilenet_v2", "recipe": "scratch"}, "scratch", id="scratch wanted"),
    ],
)
def test_weights_file_is_named_by_place_and_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choices: dict[str, Any], recipe: str
) -> None:
    (tmp_path / "mine.weights.h5").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)

    document = settle(plan(tmp_path, weights="mine.weights.h5", **choices)).to_json()

    assert (document["recipe"], document["weights"]) == (
        recipe,
        str(tmp_path / "mine.weights.h5"),
    )
    assert document["weights_sha256"] == hashlib.sha256(b"weights").hexdigest()
