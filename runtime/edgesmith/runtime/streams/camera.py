"""A camera as a source: opened again, with growing patience, when it vanishes."""

import sys
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from time import monotonic
from typing import Protocol

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams.source import Frame

# Seconds to wait before the device is opened again: at once for a shaken plug, later for one that was pulled.
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0


class CameraLostError(Exception):
    """A camera that was open stopped giving pictures."""


class Camera(Protocol):
    """A device that gives pictures."""

    @property
    def name(self) -> str:
        """As the user named it."""

    @property
    def channel_order(self) -> ChannelOrder:
        """Of its arrays."""

    def pictures(self) -> Generator[Callable[[], ImageSource], None, None]:
        """Open the device and give, as they come, functions that read a picture. Closing it closes the device.

        Raises `DataError` when it cannot be opened, `CameraLostError` when it fails later. May be called
        again after either.
        """


class CameraSource:
    """The frames of a camera, for as long as it takes. What happens to it is told to `notice`, line by line."""

    live = True

    def __init__(self, camera: Camera, *, notice: Callable[[str], None] | None = None) -> None:
        self._camera = camera
        self._notice = notice or _to_stderr
        self._stopped = threading.Event()

    def frames(self) -> Generator[Frame, None, None]:
        """Frames, across any number of losses. Raises `DataError` when the camera cannot be opened at first."""
        number, started = 0, monotonic()
        wait, lost_at = FIRST_WAIT, None
        while not self._stopped.is_set():
            try:
                with closing(self._camera.pictures()) as pictures:
                    for read in pictures:
                        if lost_at is not None:
                            self._notice(f"{self._camera.name} is back after {monotonic() - lost_at:.1f} s")
                        wait, lost_at = FIRST_WAIT, None
                        yield self._frame(read, number, monotonic() - started)
                        number += 1
                        if self._stopped.is_set():
                            return
                reason = "it gives no more pictures"
            except (CameraLostError, DataError) as error:
                if isinstance(error, DataError) and number == 0 and lost_at is None:
                    raise
                reason = str(error)
            lost_at = monotonic() if lost_at is None else lost_at
            self._notice(f"{self._camera.name} is lost: {reason}; trying again in {wait:g} s")
            self._stopped.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def stop(self) -> None:
        """End at the next picture, or at once while waiting for the camera."""
        self._stopped.set()

    def _frame(self, read: Callable[[], ImageSource], number: int, seconds: float) -> Frame:
        return Frame(
            source=self._camera.name,
            number=number,
            seconds=seconds,
            read=read,
            channel_order=self._camera.channel_order,
        )


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"edgesmith: {one_line(line)}\n")
    sys.stderr.flush()
