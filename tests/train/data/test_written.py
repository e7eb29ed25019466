import json
import threading
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError, OutputError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.data.folder import find_folder_splits
from edgesmith.train.data.written import Contents, Item, require_whole, write_once
from edgesmith.train.progress import Progress


class Squares:
    """Forty squares of two classes in train and test; `before` is called with the number of each."""

    kind = "squares"

    def __init__(self, file: Path, before: Callable[[int], None] = lambda _: None) -> None:
        self.name = str(file)
        self.opened = 0
        self._file = file
        self._before = before

    def files(self) -> Mapping[str, Path]:
        return {"squares": self._file}

    def open(self) -> Contents:
        self.opened += 1
        classes: dict[SplitName | None, set[str]] = {"train": {"a", "b"}, "test": {"a", "b"}}
        return Contents(count=40, items=self._items(), classes=classes)

    def _items(self) -> Iterator[Item]:
        for number in range(40):
            self._before(number)
            pixels = np.full((4, 4), number, np.uint8)
            split: SplitName = "train" if number < 30 else "test"
            yield Item(split=split, label="ab"[number % 2], content=pixels, where=f"square {number}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "squares").write_bytes(b"forty")
    return tmp_path / "squares"


def test_folder_is_named_by_content_and_written_once(tmp_path: Path, file: Path, cache: Path) -> None:
    source = Squares(file)

    folder = write_once(source)

    assert folder.parent == cache / "data"
    assert len(folder.name) == 64
    copy = tmp_path / "copy"
    copy.write_bytes(b"forty")
    assert write_once(source) == folder == write_once(Squares(copy))
    assert source.opened == 1
    file.write_bytes(b"changed")
    assert write_once(Squares(file)) != folder


def test_images_lie_by_split_and_class(file: Path) -> None:
    folder = write_once(Squares(file))

    assert np.asarray(Image.open(folder / "test/b/00000001.png")).tolist() == [[31] * 4] * 4
    assert len(list(folder.glob("train/a/*.png"))) == 15
    document = json.loads((folder / "data.json").read_text())
    assert next(iter(document)) == "schema"
    assert document == {
        "schema": "edgesmith.data/1", "kind": "squares", "source": str(file), "images": {"train": 30, "test": 10},
    }  # fmt: skip
    require_whole(folder, find_folder_splits(folder, seed=0))


def test_user_is_told(file: Path, cache: Path) -> None:
    stream = StringIO()

    folder = write_once(Squares(file), progress=Progress(stream))
    write_once(Squares(file), progress=Progress(stream))

    lines = stream.getvalue().splitlines()
    assert lines[:2] == [f"reading {file}", f"writing 40 images once to {str(folder)!r}"]
    assert len(lines) == 3
    assert lines[2].startswith("write: ")


def test_failure_leaves_nothing(file: Path, cache: Path) -> None:
    def fail(number: int) -> None:
        if number == 35:
            raise DataError("no square 35")

    with pytest.raises(DataError, match="no square 35"):
        write_once(Squares(file, fail))
    assert list((cache / "data").iterdir()) == []


@pytest.mark.parametrize("winner", ["first", "second"])
def test_two_at_once_do_not_hurt_each_other(file: Path, cache: Path, winner: str) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def wait(number: int) -> None:
        if number == 20:
            begun.set()
            assert let_go.wait(30)

    slow = Squares(file, wait)
    found: list[Path] = []
    thread = threading.Thread(target=lambda: found.append(write_once(slow)))
    thread.start()
    assert begun.wait(30)
    if winner == "second":
        found.append(write_once(Squares(file)))
    let_go.set()
    thread.join(30)

    assert [path.name for path in (cache / "data").iterdir()] == [found[0].name]
    assert set(found) == {write_once(Squares(file))}
    require_whole(found[0], find_folder_splits(found[0], seed=0))


def test_folder_that_lost_an_image_is_refused(file: Path) -> None:
    folder = write_once(Squares(file))
    next(folder.glob("train/a/*.png")).unlink()

    with pytest.raises(DataError, match="holds 39 images, and 40 were written") as caught:
        require_whole(folder, find_folder_splits(folder, seed=0))
    assert "remove that folder" in str(caught.value.tip)


def test_folder_without_its_document_is_refused(file: Path) -> None:
    folder = write_once(Squares(file))
    splits = find_folder_splits(folder, seed=0)
    (folder / "data.json").write_text("[]")

    with pytest.raises(DataError, match=r"data\.json cannot be read"):
        require_whole(folder, splits)


def test_cache_that_cannot_be_written_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGESMITH_CACHE", str(file))

    with pytest.raises(OutputError, match="cannot write"):
        write_once(Squares(file))


class Encoded(Squares):
    """One image file of each class, in train and test, whose bytes are given."""

    def __init__(self, file: Path, content: bytes) -> None:
        super().__init__(file)
        self._content = content

    def _items(self) -> Iterator[Item]:
        splits: tuple[SplitName, ...] = ("train", "test")
        for split in splits:
            for label in ("a", "b"):
                yield Item(split=split, label=label, content=self._content, where="record 7")


def encoded(format_name: str) -> bytes:
    stream = BytesIO()
    picture = Image.new("RGB", (9, 8), (200, 30, 30))
    picture.save(stream, format_name, save_all=format_name == "MPO", append_images=[picture])
    return stream.getvalue()


@pytest.mark.parametrize(
    ("format_name", "suffix"),
    [
        ("JPEG", "jpg"),
        ("MPO", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
        ("GIF", "gif"),
        ("TIFF", "tif"),
        ("PPM", "ppm"),
    ],
)
def test_image_files_are_kept_as_they_are(file: Path, format_name: str, suffix: str) -> None:
    folder = write_once(Encoded(file, encoded(format_name)))

    assert (folder / f"train/a/00000000.{suffix}").read_bytes() == encoded(format_name)


@pytest.mark.parametrize(
    "content", [b"", b"no image", encoded("JPEG")[:-40]], ids=["empty", "text", "truncated"]
)
def test_bytes_that_are_no_image_are_refused(file: Path, cache: Path, content: bytes) -> None:
    with pytest.raises(DataError, match="record 7 holds an image that cannot be decoded"):
        write_once(Encoded(file, content))
    assert list((cache / "data").iterdir()) == []
