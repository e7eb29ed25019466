"""Which source a name means: a folder, a pattern, a picture, a video or a camera."""

import glob
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from edgesmith.runtime.errors import DataError
from edgesmith.runtime.imagefolder import can_be_opened, list_images
from edgesmith.runtime.images import ImageSource
from edgesmith.runtime.streams.camera import CameraSource
from edgesmith.runtime.streams.chain import ChainedSource
from edgesmith.runtime.streams.files import FileSource, PictureSource
from edgesmith.runtime.streams.source import Source
from edgesmith.runtime.streams.video import VIDEO_SUFFIXES, VideoSource

StreamSource = str | Path | Iterable[ImageSource] | Source

_V4L2 = re.compile(r"(?:camera:(\d+)|(/dev/video\d+))")
_PICAMERA = re.compile(r"picamera(?::(\d+))?")


def open_source(source: StreamSource, *, notice: Callable[[str], None] | None = None) -> Source:
    """The source of a name, or of pictures at hand.

    `camera:0` and `/dev/video0` are Video4Linux cameras, `picamera` and `picamera:1` the Raspberry Pi's own; a
    folder is searched for images; a path ending as videos do is a video; a pattern (`shots/*.jpg`) is its files in
    sorted order, without folders and pipes; any other path is a picture. `notice` is told of a camera that vanishes; stderr unless given.
    Raises `DataError` for an empty name and a folder or pattern without images, `TypeError` for one picture that is no path.
    """
    if isinstance(source, (str, Path)):
        return _named(str(source), notice)
    if isinstance(source, Source):
        return source
    if _is_one_picture(source):
        raise TypeError(f"a {type(source).__name__} is one picture: classify it, or give a list of them")
    return PictureSource(source)


def open_sources(names: Sequence[str], *, notice: Callable[[str], None] | None = None) -> Source:
    """All of them, one after the other. Raises as `open_source`, and for a camera beside others."""
    sources = [open_source(name, notice=notice) for name in names]
    if len(sources) == 1:
        return sources[0]
    for name, source in zip(names, sources, strict=True):
        if source.live:
            raise DataError(
                f"{name} never ends, so nothing after it is reached", tip="give a camera by itself"
            )
    return ChainedSource(sources)


def is_timed(source: Source) -> bool:
    """Whether frames of it follow one another in time, as those of a video or camera do, and pictures do not."""
    if isinstance(source, ChainedSource):
        return any(map(is_timed, source.sources))
    return isinstance(source, (CameraSource, VideoSource))


def _named(name: str, notice: Callable[[str], None] | None) -> Source:
    if match := _V4L2.fullmatch(name):
        from edgesmith.runtime.streams.v4l2 import V4L2Camera

        return CameraSource(V4L2Camera(match[2] or f"/dev/video{match[1]}"), notice=notice)
    if match := _PICAMERA.fullmatch(name):
        from edgesmith.runtime.streams.picamera import PiCamera

        return CameraSource(PiCamera(int(match[1] or 0)), notice=notice)
    if not name:  # of a shell's variable that was never set; as a path, it would be the current folder
        raise DataError("the name of a source is empty", tip="'.' is the current folder")
    path = Path(name)
    if path.is_dir():
        return FileSource(list_images(path, any_name=True))  # names are printed escaped
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return VideoSource(path)
    if glob.has_magic(name) and not path.exists():
        return FileSource(_matching(name))
    return FileSource([path])


def _is_one_picture(source: Iterable[ImageSource]) -> bool:
    """Whether iterating over it would give rows, or bytes."""
    if isinstance(source, np.ndarray):
        return source.ndim < 3 or (source.ndim == 3 and source.shape[2] == 3)
    return isinstance(source, (bytes, bytearray, memoryview, Image.Image))


def _matching(pattern: str) -> list[Path]:
    found = map(Path, glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute ones too
    files = sorted(path for path in found if can_be_opened(path))
    if not files:
        raise DataError(
            f"no file matches {pattern!r}",
            tip="`ls` shows what is there; quote a pattern, as in 'shots/*.jpg'",
        )
    return files
