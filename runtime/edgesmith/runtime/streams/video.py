"""Frames of a video file, through PyAV.

PyAV and not OpenCV: it depends on no other package (OpenCV's newest wheels ask for a numpy that tflite-runtime
refuses), gives each frame its time, and has Video4Linux cameras too.
"""

from collections.abc import Generator, Iterator
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
    from av.container import InputContainer

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mjpeg"}
)


# What those suffixes hold. FFmpeg tells a format by the content, and others are lists of addresses to open (HLS,
# DASH, concat) or scripts of filters: a file is data.
_DEMUXERS = ("mov", "matroska", "webm", "avi", "mpeg", "mpegvideo", "mpegts", "mjpeg", "jpeg_pipe")
_FILES_ONLY = {"protocol_whitelist": "file", "format_whitelist": ",".join(_DEMUXERS)}


class VideoSource:
    """The frames of a video file, upright, with their times."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopped = False

    def frames(self) -> Generator[Frame, None, None]:
        """Decode the file. A damaged frame fails when it is read; the ones after it follow.

        Where the file is damaged so that no more can be found in it, a last frame fails.

        Raises `DataError` for a file that is no video, `MissingExtraError` without PyAV.
        """
        with needs_extra("video"):
            import av
        name = str(self._path)
        try:
            # Named `http:x.mp4` or `concat:x.mp4`, it is a file all the same. A title may be in Latin-1.
            container = av.open(f"file:{name}", options=_FILES_ONLY, metadata_errors="replace")
        except av.FFmpegError as error:
            raise DataError(
                f"{name} is not a video that can be read: {error.strerror or error}",
                tip="`ffprobe FILE` says what it is; ffmpeg -i OLD NEW.mp4 converts it",
            ) from error
        with container:
            if not container.streams.video:
                raise DataError(f"{name} holds no video", tip="`ffprobe FILE` says what it holds")
            for number, picture in enumerate(_pictures(container)):
                if self._stopped:
                    return
                yield Frame(
                    source=name,
                    number=number,
                    seconds=None if isinstance(picture, Exception) else picture.time,
                    read=partial(_pixels, picture, name, number),
                )

    def stop(self) -> None:
        """End at the next frame."""
        self._stopped = True


def _pictures(container: "InputContainer") -> Iterator["VideoFrame | Exception"]:
    """The pictures of the first video stream, and in the place of damaged ones what was wrong."""
    import av

    packets = container.demux(container.streams.video[0])
    while True:
        try:
            packet = next(packets, None)
        # IndexError: a damaged .ts names a stream that is not there.
        except (av.FFmpegError, IndexError) as error:
            yield error
            return
        if packet is None:
            return
        try:
            pictures = packet.decode()
        except av.FFmpegError as error:
            yield error
        else:
            yield from pictures


def upright_pixels(picture: "VideoFrame", *, name: str) -> NDArray[np.uint8]:
    """A decoded frame as RGB, uint8 [height, width, 3], turned as the file says that it is to be shown.

    Raises `ImageError` above `images.MAX_PIXELS`, and for a frame in no format that FFmpeg converts, as damage
    can leave it.
    """
    import av

    if picture.width * picture.height > images.MAX_PIXELS:
        raise ImageError(
            f"{name}: {picture.width}x{picture.height} pixels are more than the {images.MAX_PIXELS} allowed",
            tip="record or convert it at a lower resolution",
        )
    try:
        pixels = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
    except av.FFmpegError as error:
        raise ImageError(
            f"{name}: a frame cannot be converted to RGB: {error}",
            tip="convert it: ffmpeg -i OLD -pix_fmt yuv420p NEW.mp4",
        ) from error
    return np.rot90(pixels, picture.rotation // 90)  # both count degrees against the clock


def _pixels(picture: "VideoFrame | Exception", name: str, number: int) -> images.ImageSource:
    if isinstance(picture, Exception):
        raise ImageError(
            f"{name}: frame {number} is damaged: {picture}",
            tip="copy the video again, or convert it: ffmpeg -i OLD NEW.mp4",
        ) from picture
    return upright_pixels(picture, name=name)
