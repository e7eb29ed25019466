"""Frames of a video file, through PyAV.

PyAV and not OpenCV: it depends on no other package (OpenCV's newest wheels ask for a numpy that tflite-runtime
refuses), gives each frame its time, and has Video4Linux cameras too.
"""

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime import images
from edgesmith.runtime.errors import DataError, ImageError, needs_extra
from edgesmith.runtime.streams.source import Frame

if TYPE_CHECKING:
    from av import VideoFrame

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mjpeg"}
)


class VideoSource:
    """The frames of a video file, upright, with their times."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopped = False

    def frames(self) -> Generator[Frame, None, None]:
        """Decode the file. A damaged frame fails when it is read; the ones after it follow.

        Raises `DataError` for a file that is no video, `MissingExtraError` without PyAV.
        """
        with needs_extra("video"):
            import av
        name = str(self._path)
        try:
            container = av.open(name)
        except av.FFmpegError as error:
            raise DataError(f"{name} is not a video that can be read: {error.strerror or error}") from error
        with container:
            if not container.streams.video:
                raise DataError(f"{name} holds no video")
            number = 0
            for packet in container.demux(container.streams.video[0]):
                try:
                    pictures = packet.decode()
                except av.FFmpegError as error:
                    yield Frame(
                        source=name, number=number, seconds=None, read=partial(_refuse, name, number, error)
                    )
                    pictures = []
                    number += 1
                for picture in pictures:
                    if self._stopped:
                        return
                    read = partial(upright_pixels, picture, name=name)
                    yield Frame(source=name, number=number, seconds=picture.time, read=read)
                    number += 1

    def stop(self) -> None:
        """End at the next frame."""
        self._stopped = True


def upright_pixels(picture: "VideoFrame", *, name: str) -> NDArray[np.uint8]:
    """A decoded frame as RGB, uint8 [height, width, 3], turned as the file says that it is to be shown.

    Raises `ImageError` above `images.MAX_PIXELS`.
    """
    if picture.width * picture.height > images.MAX_PIXELS:
        raise ImageError(
            f"{name}: {picture.width}x{picture.height} pixels are more than the {images.MAX_PIXELS} allowed"
        )
    pixels = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
    return np.rot90(pixels, picture.rotation // 90)  # both count degrees against the clock


def _refuse(name: str, number: int, why: Exception) -> images.ImageSource:
    raise ImageError(f"{name}: frame {number} is damaged: {why}") from why
