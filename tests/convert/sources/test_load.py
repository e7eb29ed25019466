"""Which source a path is, told before anything heavy is read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.convert.sources.load import find_run, load_source, require_source
from edgesmith.runtime.errors import ModelFileError


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


@pytest.mark.parametrize(
    ("files", "path", "run"),
    [
        (["run/run.json", "run/model.keras"], "run", "run"),
        (["run/run.json", "run/model.keras"], "run/model.keras", "run"),
        (["run/run.json", "run/model.keras", "run/other.keras"], "run/other.keras", None),
        (["model.keras"], "model.keras", None),
        (["saved/saved_model.pb"], "saved", None),
    ],
    ids=["RUN", "the RUN's model file", "another file in a RUN", "Keras file", "SavedModel"],
)
def test_accepted(files: list[str], path: str, run: str | None, tmp_path: Path) -> None:
    touch(*(tmp_path / file for file in files))
    require_source(tmp_path / path)
    assert find_run(tmp_path / path) == (None if run is None else tmp_path / run)


@pytest.mark.parametrize(
    ("files", "path", "message"),
    [
        ([], "absent.keras", r"absent\.keras': no such model"),
        (["run/run.json"], "run", r"run' holds run\.json but no model\.keras"),
        (["folder/photo.jpg"], "folder", r"holds neither run\.json nor saved_model\.pb"),
        (["model.pt"], "model.pt", r"has the suffix '\.pt'"),
        (["model.onnx"], "model.onnx", r"model\.onnx': ONNX is what convert writes, not what it reads"),
    ],
    ids=["absent", "RUN without model", "any folder", "PyTorch", "ONNX"],
)
def test_refused(files: list[str], path: str, message: str, tmp_path: Path) -> None:
    touch(*(tmp_path / file for file in files))
    with pytest.raises(ModelFileError, match=message) as refusal:
        require_source(tmp_path / path)
    assert refusal.value.tip


def test_run_brings_its_record(run_folder: Path) -> None:
    source = load_source(run_folder)
    assert source.run is not None
    assert source.run.labels == ("blue", "green", "red")
    assert load_source(run_folder / "model.keras").run == source.run


def test_keras_file_alone_has_no_record(colour_file: Path) -> None:
    assert load_source(colour_file).run is None


def test_run_of_another_version_is_refused(
    write_run: Callable[[Path, Path], Path], photos: Path, tmp_path: Path
) -> None:
    run = write_run(tmp_path / "run", photos)
    (run / "run.json").write_text('{"schema": "edgesmith.run/9"}')
    with pytest.raises(ModelFileError, match=r"edgesmith\.run/9.*reads 'edgesmith\.run/1'"):
        load_source(run)
