import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import ImageSource
from edgesmith.runtime.streams import open_source, open_sources
from edgesmith.runtime.streams.camera import CameraSource
from edgesmith.runtime.streams.chain import ChainedSource
from edgesmith.runtime.streams.files import FileSource, PictureSource
from edgesmith.runtime.streams.sources import is_timed
from edgesmith.runtime.streams.video import VideoSource

Photo = Callable[[Path, str], Path]


@pytest.fixture
def folder(photo: Photo, tmp_path: Path) -> Path:
    for name in ("b.png", "a.png", "deep/c.png"):
        photo(tmp_path / name, "red")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind", "live"),
    [
        ("camera:0", CameraSource, True),
        ("/dev/video12", CameraSource, True),
        ("picamera", CameraSource, True),
        ("picamera:1", CameraSource, True),
        ("walk.mp4", VideoSource, False),
        ("WALK.MKV", VideoSource, False),
        ("a.jpg", FileSource, False),
        ("camera", FileSource, False),
    ],
)
def test_what_a_name_means(name: str, kind: type, live: bool) -> None:
    source = open_source(name)
    assert isinstance(source, kind)
    assert source.live is live


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", ["a.png", "b.png", "deep/c.png"]),
        ("*.png", ["a.png", "b.png"]),
        ("**/*.png", ["a.png", "b.png", "deep/c.png"]),
        ("gone.png", ["gone.png"]),
    ],
    ids=["folder", "pattern", "deep pattern", "missing file"],
)
def test_files_in_sorted_order(pattern: str, expected: list[str], folder: Path) -> None:
    frames = list(open_source(folder / pattern).frames())
    assert [frame.source for frame in frames] == [str(folder / name) for name in expected]
    assert [frame.number for frame in frames] == list(range(len(expected)))


def test_a_file_whose_name_looks_like_a_pattern(folder: Path, photo: Photo) -> None:
    photo(folder / "shot[1].png", "red")
    assert [frame.source for frame in open_source(folder / "shot[1].png").frames()] == [
        str(folder / "shot[1].png")
    ]


@pytest.mark.parametrize("name", ["*.jpg", "deep/empty"], ids=["pattern", "folder"])
def test_nothing_there_is_an_error(name: str, folder: Path) -> None:
    (folder / "deep" / "empty").mkdir()
    with pytest.raises(DataError, match=r"no file matches|holds no images"):
        open_source(folder / name)


def test_a_pattern_passes_over_what_is_no_file(folder: Path) -> None:
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    (folder / "link.png").symlink_to(folder / "gone.png")
    frames = list(open_source(folder / "*.png").frames())
    assert [Path(frame.source).name for frame in frames] == ["a.png", "b.png", "link.png"]
    with pytest.raises(DataError, match="no file matches"):
        open_source(folder / "*e.png")


def test_pictures_at_hand() -> None:
    pictures: list[ImageSource] = [np.zeros((2, 2, 3), np.uint8), "a.jpg"]
    source = open_source(pictures)
    assert isinstance(source, PictureSource)
    frames = list(source.frames())
    assert [frame.source for frame in frames] == ["pictures", "a.jpg"]
    assert frames[0].read() is pictures[0]


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8), b"JPEG", Image.new("RGB", (4, 5))],
    ids=["frame", "grey frame", "bytes", "PIL image"],
)
def test_one_picture_is_not_taken_apart(picture: Any) -> None:
    with pytest.raises(TypeError, match="is one picture: classify it, or give a list of them"):
        open_source(picture)


def test_an_array_of_frames() -> None:
    assert len(list(open_source(np.zeros((7, 4, 5, 3), np.uint8)).frames())) == 7


@pytest.mark.parametrize(
    ("names", "timed"),
    [
        (["camera:0"], True),
        (["walk.mp4"], True),
        (["a.jpg"], False),
        (["a.jpg", "b.jpg"], False),
        (["a.jpg", "walk.mp4"], True),
    ],
    ids=["camera", "video", "picture", "pictures", "picture and video"],
)
def test_what_follows_in_time(names: list[str], timed: bool) -> None:
    assert is_timed(open_sources(names)) == timed


def test_a_source_of_the_callers_own() -> None:
    source = PictureSource([])
    assert open_source(source) is source


def test_several_in_turn(folder: Path) -> None:
    source = open_sources([str(folder / "b.png"), str(folder / "deep")])
    assert isinstance(source, ChainedSource)
    assert [Path(frame.source).name for frame in source.frames()] == ["b.png", "c.png"]


def test_stopping_begins_no_other(folder: Path) -> None:
    source = open_sources([str(folder / "a.png"), str(folder / "b.png")])
    frames = source.frames()
    next(frames)
    source.stop()
    assert list(frames) == []


def test_a_camera_stands_alone() -> None:
    with pytest.raises(DataError, match="camera:0 never ends"):
        open_sources(["a.jpg", "camera:0"])
