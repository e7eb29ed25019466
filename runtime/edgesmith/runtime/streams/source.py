"""What a stream knows of where its pictures come from."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from edgesmith.runtime.images import ChannelOrder, ImageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture to come.

    `source`: the file or camera as it was named. `number`: its place in the source, 0 for the first. `seconds`:
    since the beginning of a video, or since a camera was first opened; None for a picture by itself. `read`
    gives the picture, so that a frame which is passed over costs nothing; it raises `ImageError` for a bad one.
    """

    source: str
    number: int
    seconds: float | None
    read: Callable[[], ImageSource]
    channel_order: ChannelOrder = "RGB"


@runtime_checkable
class Source(Protocol):
    """Something that gives frames, to one thread, once."""

    @property
    def live(self) -> bool:
        """Whether frames come when they please, as a camera's do, and are lost unless taken."""

    def frames(self) -> Generator[Frame, None, None]:
        """The frames in order. Holds the file or device open; closing the generator lets go of it."""

    def stop(self) -> None:
        """Ask `frames`, which runs in another thread, to end soon. May be called twice."""
