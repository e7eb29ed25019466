import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import DataError, EdgesmithError, ModelFileError
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.data import find_splits, record_splits
from edgesmith.train.defaults import settle
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.start import (
    find_start,
    find_teacher,
    load_classifier,
    require_same_classes,
    require_unseen,
)

Draw = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, three_splits: Path) -> Path:
    """What `edgesmith train` would have left, but for the model's content."""
    folder = tmp_path / "earlier"
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"weights")
    RunRecord(
        labels=("blue", "red"),
        input=InputSpec(height=48, width=48, channels=3),
        data=record_splits(find_splits(str(three_splits), seed=0)),
        plan={"model": "mobilenet_v2", "alpha": 0.35, "seed": 7},
        metrics={},
        environment={},
        seconds={},
    ).save(folder)
    return folder


def plan(run: Path | None, **choices: Any) -> TrainingPlan:
    defaults: dict[str, Any] = {"recipe": "quantize-aware", "start_from": run}
    return TrainingPlan(data="data", output=Path("absent"), **{**defaults, **choices})


def test_run_decides_on_network_and_input(run: Path) -> None:
    settled = settle(plan(run))

    assert (settled.network.name, settled.alpha, settled.input.shape) == (
        "mobilenet_v2",
        0.35,
        (1, 48, 48, 3),
    )
    document = settled.to_json()
    assert document["start_from"] == str(run)
    assert document["weights"] == str(run / "model.keras")
    assert document["weights_sha256"] == hashlib.sha256(b"weights").hexdigest()


@pytest.mark.parametrize(
    ("choices", "message", "tip"),
    [
        pytest.param({"start_from": None}, "none is named", "--from RUN", id="no RUN"),
        pytest.param(
            {"recipe": "finetune"}, "finetune was given", "--weights RUN/model.keras", id="another recipe"
        ),
        pytest.param({"recipe": None}, "no recipe was given", "RUN/run.json repeats", id="no recipe"),
        pytest.param({"model": "mobilenet_v1"}, "--model mobilenet_v1", "leave out", id="model stated"),
        pytest.param({"image_size": 64}, "--image-size 64", "leave out", id="size stated"),
        pytest.param({"channels": 3}, "--channels 3", "leave out", id="channels stated"),
    ],
)
def test_contradictions_are_refused(run: Path, choices: dict[str, Any], message: str, tip: str) -> None:
    with pytest.raises(EdgesmithError, match=message) as caught:
        find_start(plan(run, **choices))

    assert tip in str(caught.value.tip)


def test_file_is_no_run(run: Path) -> None:
    with pytest.raises(ModelFileError, match="no RUN folder"):
        find_start(plan(run / "run.json"))


@pytest.mark.parametrize("absent", ["run.json", "model.keras"])
def test_incomplete_run_is_refused(run: Path, absent: str) -> None:
    (run / absent).unlink()

    with pytest.raises(ModelFileError, match=f"holds no {absent}"):
        find_start(plan(run))


def test_network_of_another_version_is_refused(run: Path) -> None:
    document = json.loads((run / "run.json").read_text())
    document["plan"]["model"] = "mobilenet_v9"
    (run / "run.json").write_text(json.dumps(document))

    with pytest.raises(EdgesmithError, match="mobilenet_v9"):
        settle(plan(run))


def test_damaged_model_is_refused(run: Path) -> None:
    start = find_start(plan(run))

    assert start is not None
    with pytest.raises(ModelFileError, match=r"model\.keras"):
        load_classifier(start)


def test_teacher_is_a_finished_run(run: Path) -> None:
    teacher = find_teacher(plan(None, recipe="distill", teacher=run))

    assert teacher is not None
    assert teacher.record.labels == ("blue", "red")
    assert find_teacher(plan(None, recipe="scratch")) is None


@pytest.mark.parametrize(
    ("name", "message", "tip"),
    [
        pytest.param(None, "none is named", "--teacher RUN", id="none"),
        pytest.param("run.json", "no RUN folder", "--teacher takes", id="file"),
        pytest.param("absent", "no RUN folder", "--teacher takes", id="absent"),
    ],
)
def test_what_is_no_teacher_is_refused(run: Path, name: str | None, message: str, tip: str) -> None:
    with pytest.raises(EdgesmithError, match=message) as caught:
        find_teacher(plan(None, recipe="distill", teacher=run / name if name else None))

    assert tip in str(caught.value.tip)


def test_other_classes_are_refused(run: Path) -> None:
    start = find_start(plan(run))

    assert start is not None
    require_same_classes(start, ("blue", "red"))
    with pytest.raises(DataError, match="green"):
        require_same_classes(start, ("blue", "green"))


def test_images_that_trained_the_run_cannot_judge(run: Path) -> None:
    start = find_start(plan(run))

    assert start is not None
    data = start.record.data
    require_unseen(start, data)
    swapped = replace(data, train=data.val, val=data.train)
    with pytest.raises(DataError, match="16 images of val and test") as caught:
        require_unseen(start, swapped)
    assert "--seed 7" in str(caught.value.tip)
