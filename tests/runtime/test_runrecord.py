import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from edgesmith.runtime.errors import DataError, ImageError, ModelFileError
from edgesmith.runtime.imagefolder import LabelledImages
from edgesmith.runtime.runrecord import (
    UNFINISHED_FILE,
    DataRecord,
    ImageRecord,
    RunRecord,
    digest,
    record_images,
    require_unchanged,
    sha256_of,
)
from edgesmith.runtime.spec import InputSpec

HASH = "ab" * 32


def _record(path: str, label: int = 0, sha256: str = HASH) -> ImageRecord:
    return ImageRecord(path=path, label=label, sha256=sha256)


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        labels=("cat", "dog"),
        input=InputSpec(height=8, width=8, channels=3),
        data=DataRecord(
            root="/data",
            sha256=HASH,
            train=(_record("train/cat/ä.jpg"),),
            val=(),
            test=(_record("test/dog/2.jpg", 1), _record("test/cat/1.jpg")),
        ),
        plan={"epochs": 3},
        metrics={"test": {"top1": 0.5}},
        environment={"python": "3.11"},
        seconds={"fit": 1.5},
    )


def test_round_trip_with_the_schema_first(record: RunRecord, tmp_path: Path) -> None:
    record.save(tmp_path)
    assert RunRecord.load(tmp_path) == record
    assert next(iter(json.loads((tmp_path / "run.json").read_bytes()))) == "schema"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "holds no run.json", id="absent"),
        pytest.param(b"{", "run.json' is not JSON", id="half"),
        pytest.param(b"[" * 100_000, "run.json' is not JSON", id="nested too deep"),
        pytest.param(b"[]", "has schema None; this version reads 'edgesmith.run/1'", id="a list"),
        pytest.param(b'{"schema": "edgesmith.run/2"}', "has schema 'edgesmith.run/2'", id="another version"),
        pytest.param(b'{"schema": "edgesmith.run/1"}', "run.json: keys missing ['data', 'environment'", id="empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(content: bytes | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        RunRecord.load(tmp_path)
    assert message in str(caught.value)


def test_a_file_in_place_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(ModelFileError, match="cannot be read: Not a directory"):
        RunRecord.load(tmp_path / "run")


def test_images_of_a_split_in_order(record: RunRecord) -> None:
    assert record.images("test") == LabelledImages(
        labels=("cat", "dog"),
        files=(Path("/data/test/dog/2.jpg"), Path("/data/test/cat/1.jpg")),
        classes=(1, 0),
    )
    assert record.images("val").files == ()


def test_files_are_hashed_and_named_below_the_root(tmp_path: Path) -> None:
    file = tmp_path / "cat" / "1.jpg"
    file.parent.mkdir()
    file.write_bytes(b"pixels")
    images = LabelledImages(labels=("ant", "cat"), files=(file,), classes=(1,))
    expected = _record("cat/1.jpg", 1, hashlib.sha256(b"pixels").hexdigest())
    assert record_images(tmp_path, images) == (expected,)
    assert sha256_of(file) == expected.sha256


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda file: None, None, id="nothing"),
        pytest.param(lambda file: file.write_bytes(b"other"), r"1\.jpg' has changed since training", id="changed"),
        pytest.param(lambda file: file.unlink(), r"1\.jpg' is gone since training", id="gone"),
    ],
)  # fmt: skip
def test_images_must_be_those_of_the_training(change: object, message: str | None, tmp_path: Path) -> None:
    file = tmp_path / "1.jpg"
    file.write_bytes(b"pixels")
    records = (_record("1.jpg", 0, sha256_of(file)),)
    assert callable(change)
    change(file)
    if message is None:
        require_unchanged(tmp_path, records)
    else:
        with pytest.raises(DataError, match=message) as caught:
            require_unchanged(tmp_path, records)
        assert "--calibration" in str(caught.value.tip)


FIRST, SECOND = _record("a.jpg"), _record("b.jpg")


@pytest.mark.parametrize(
    "splits",
    [
        pytest.param(((SECOND, FIRST), ()), id="another order"),
        pytest.param(((FIRST,), (SECOND,)), id="another split"),
        pytest.param(((FIRST, dataclasses.replace(SECOND, label=1)), ()), id="another label"),
        pytest.param(((FIRST, dataclasses.replace(SECOND, sha256="cd" * 32)), ()), id="another content"),
        pytest.param(((FIRST, dataclasses.replace(SECOND, path="c.jpg")), ()), id="another name"),
        pytest.param(((FIRST, SECOND),), id="one split less"),
    ],
)
def test_the_digest_tells_data_apart(splits: tuple[tuple[ImageRecord, ...], ...]) -> None:
    assert digest(*splits) != digest((FIRST, SECOND), ())
    assert digest(*splits) == digest(*splits)


@pytest.mark.parametrize("kind", ["dangling link", "folder"])
def test_a_file_that_cannot_be_hashed_is_named(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "1.jpg"
    file.symlink_to(tmp_path / "gone") if kind == "dangling link" else file.mkdir()
    images = LabelledImages(labels=("ant", "cat"), files=(file,), classes=(1,))
    with pytest.raises(ImageError, match=r"1\.jpg' cannot be read: (No such file|Is a directory)"):
        record_images(tmp_path, images)


def test_a_training_that_was_not_finished_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED_FILE).write_text("{}")

    with pytest.raises(ModelFileError, match="its training is not finished") as caught:
        RunRecord.load(tmp_path)

    assert "--resume" in str(caught.value.tip)
