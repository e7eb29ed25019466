import hashlib
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.defaults import settle
from edgesmith.train.plan import TrainingPlan


def plan(tmp_path: Path, **choices: Any) -> TrainingPlan:
    return TrainingPlan(data=tmp_path, output=tmp_path / "run", **choices)


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


def test_used_output_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")

    with pytest.raises(EdgesmithError, match="not empty"):
        settle(plan(tmp_path))


def test_settled_plan_becomes_json_without_paths_of_the_output(tmp_path: Path) -> None:
    document = settle(plan(tmp_path, model="mobilenet_v2", alpha=0.35, image_size=96)).to_json()

    assert document == {
        "model": "mobilenet_v2",
        "recipe": "features",
        "image_size": 96,
        "alpha": 0.35,
        "weights": "imagenet",
        "weights_sha256": None,
        "from": None,
        "epochs": 60,
        "seed": 0,
        "batch_size": 32,
        "channels": 3,
    }


@pytest.mark.parametrize(
    ("choices", "recipe"),
    [
        pytest.param({"model": "separable_small"}, "scratch", id="network without pretrained weights"),
        pytest.param({"model": "mobilenet_v2"}, "features", id="pretrained network"),
        pytest.param({"model": "mobilenet_v2", "recipe": "scratch"}, "scratch", id="scratch wanted"),
    ],
)
def test_weights_file_is_named_as_given_and_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choices: dict[str, Any], recipe: str
) -> None:
    (tmp_path / "mine.weights.h5").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)

    document = settle(plan(tmp_path, weights="mine.weights.h5", **choices)).to_json()

    assert (document["recipe"], document["weights"]) == (recipe, "mine.weights.h5")
    assert document["weights_sha256"] == hashlib.sha256(b"weights").hexdigest()
