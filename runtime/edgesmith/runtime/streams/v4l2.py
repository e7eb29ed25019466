"""A Video4Linux camera, `/dev/video0`, through PyAV."""

from collections.abc import Callable, Generator
from functools import partial

from edgesmith.runtime.errors import DataError, needs_extra
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams.camera import CameraLostError
from edgesmith.runtime.streams.video import upright_pixels


class V4L2Camera:
    """A webcam at the size and frame rate that its driver is set to (`v4l2-ctl` sets them)."""

    channel_order: ChannelOrder = "RGB"

    def __init__(self, device: str) -> None:
        self.name = device

    def pictures(self) -> Generator[Callable[[], ImageSource], None, None]:
        """As `Camera.pictures`. Raises `MissingExtraError` without PyAV."""
        with needs_extra("video"):
            import av
        try:
            container = av.open(self.name, format="v4l2")
        except (av.FFmpegError, OSError) as error:
            raise DataError(
                f"the camera {self.name} cannot be opened: {error.strerror or error}",
                tip="`ls /dev/video*` lists cameras; the user must be in the group `video`",
            ) from error
        with container:
            try:
                for picture in container.decode(video=0):
                    yield partial(upright_pixels, picture, name=self.name)
            except (av.FFmpegError, OSError) as error:
                raise CameraLostError(error.strerror or str(error)) from error
