"""The Raspberry Pi's camera, through picamera2 (libcamera)."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import numpy as np

from edgesmith.runtime.errors import DataError, needs_extra
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams.camera import CameraLostError

# A quarter of the sensor's field at once, at a size whose scaling costs little beside inference.
_SIZE = (640, 480)

# Seconds without a picture after which a camera counts as lost; a video mode gives several in each, and starting one
# takes a few.
_PATIENCE = 15.0


class PiCamera:
    """Camera `number` of a Raspberry Pi, 640x480."""

    channel_order: ChannelOrder = "RGB"

    def __init__(self, number: int = 0) -> None:
        self._number = number
        self.name = f"picamera:{number}"

    def pictures(self) -> Generator[Callable[[], ImageSource], None, None]:
        """As `Camera.pictures`. Raises `MissingExtraError` without picamera2."""
        with needs_extra("camera"):
            from picamera2 import Picamera2
        try:
            device = Picamera2(self._number)
        except (RuntimeError, IndexError) as error:  # IndexError: there is no such camera
            raise DataError(
                f"the camera {self.name} cannot be opened: {error}",
                tip="`rpicam-hello --list-cameras` lists cameras",
            ) from error
        try:
            yield from self._pictures(device)
        except TimeoutError as error:
            raise CameraLostError(f"no picture for {_PATIENCE:g} s") from error
        except RuntimeError as error:
            raise CameraLostError(str(error)) from error
        finally:
            device.close()

    def _pictures(self, device: Any) -> Generator[Callable[[], ImageSource], None, None]:
        # libcamera names formats by their order in a register: its BGR888 is R, G, B in memory.
        device.configure(device.create_video_configuration(main={"size": _SIZE, "format": "BGR888"}))
        device.start()
        while True:
            yield partial(np.asarray, device.capture_array("main", wait=_PATIENCE))
