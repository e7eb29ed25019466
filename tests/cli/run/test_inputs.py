"""What a path among the settings leads to counts by its content."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.cli.run.inputs import Project, inputs_of, result_of
from edgesmith.cli.run.read import read_settings
from edgesmith.cli.run.stages import stages_of
from edgesmith.cli.run.state import State

Inputs = Callable[[str], dict[str, Any]]


def write_run(run: Path, *, network: str, seconds: int) -> None:
    run.mkdir(parents=True, exist_ok=True)
    (run / "model.keras").write_text(network)
    document = {"labels": ["cat"], "input": {}, "data": {"root": "/x", "sha256": "0", "train": []}}
    (run / "run.json").write_text(json.dumps({**document, "seconds": seconds}))


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """inputs("train a"): of that stage, as the files are now."""
    for name, text in {
        "photos/cat/1.jpg": "one",
        "more/1.jpg": "more",
        "network.py": "def build(): ...",
        "layers.py": "class Mine: ...",
        "start.weights.h5": "weights",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write_run(tmp_path / "teacher", network="big", seconds=1)
    (tmp_path / "edgesmith.toml").write_text(
        'data = "photos"\n'
        '[[model]]\nname = "a"\nrecipe = "distill"\nteacher = "teacher"\nnetwork = "network.py:build"\n'
        'weights = "start.weights.h5"\n'
        '[model.convert]\nmax_drop = 1\nguard = "more"\ncustom = ["layers", "elsewhere"]\n'
        '[[model]]\nname = "b"\nweights = "imagenet"\nrecipe = "quantize-aware"\nstart_from = "a"\n'
    )

    def look(name: str) -> dict[str, Any]:
        file = read_settings(tmp_path / "edgesmith.toml")
        state = State(tmp_path / "results")
        project = Project(file=file, state=state, hashes=FileHashes(state.hashes_file))
        (stage,) = (stage for stage in stages_of(file.settings) if stage.name == name)
        return inputs_of(stage, project)

    return look


@pytest.mark.parametrize(
    ("stage", "file", "key"),
    [
        ("train a", "network.py", "network"),
        ("train a", "start.weights.h5", "weights"),
        ("train a", "teacher/model.keras", "teacher"),
        ("convert a", "more/1.jpg", "guard"),
        ("convert a", "layers.py", "custom"),
    ],
)
def test_the_content_counts(stage: str, file: str, key: str, inputs: Inputs, tmp_path: Path) -> None:
    before = inputs(stage)
    (tmp_path / file).write_text("something else")
    after = inputs(stage)

    assert before["content"].pop(key) != after["content"].pop(key)
    assert before == after


def test_what_has_no_content_is_left_to_the_part(inputs: Inputs) -> None:
    assert "content" not in inputs("train b")  # imagenet, and a model above
    assert inputs("train b")["after"] == {"train a": None}
    assert inputs("convert a")["content"]["custom"]["elsewhere"] is None


def test_of_a_run_its_times_do_not_count(inputs: Inputs, tmp_path: Path) -> None:
    before = inputs("train a")
    write_run(tmp_path / "teacher", network="big", seconds=99)
    assert inputs("train a") == before


def test_the_machine_counts_where_something_is_run_on_it(inputs: Inputs, tmp_path: Path) -> None:
    assert "machine" not in inputs("train a")
    assert "machine" not in inputs("convert a")
    assert set(inputs("verify a")["machine"]) == {"cpu", "cores", "board", "os"}
    assert "machine" in inputs("bench")
    with (tmp_path / "edgesmith.toml").open("a") as file:
        file.write('[bench]\ndevice = ["ssh://pi@raspberrypi.local"]\n')
    assert "machine" not in inputs("bench")


def test_versions_name_what_a_stage_is_done_with(inputs: Inputs) -> None:
    assert {"edgesmith", "python", "tensorflow", "keras"} <= set(inputs("train a")["versions"])
    assert "tensorflow" not in inputs("verify a")["versions"]


def test_later_stages_read_model_files_only(inputs: Inputs, tmp_path: Path) -> None:
    del inputs
    _, train, convert, *_ = stages_of(read_settings(tmp_path / "edgesmith.toml").settings)
    files = {"a-int8.tflite": "1", "a-int8.onnx": "2", "convert.json": "3", "convert.md": "4"}
    assert result_of(convert, tmp_path, files) == {"a-int8.tflite": "1", "a-int8.onnx": "2"}
    assert result_of(train, tmp_path / "teacher", {"model.keras": "5"})["model"] == "5"
