"""Image files, and pictures that the caller has already."""

from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path

from edgesmith.runtime.images import ImageSource
from edgesmith.runtime.streams.source import Frame


class FileSource:
    """Image files, named as given."""

    live = False

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = files

    def frames(self) -> Generator[Frame, None, None]:
        """One frame a file; a missing one fails when it is read."""
        for number, file in enumerate(self._files):
            yield Frame(source=str(file), number=number, seconds=None, read=partial(_as_it_is, file))

    def stop(self) -> None:
        """Nothing is held open."""


class PictureSource:
    """Whatever an iterable gives: arrays, PIL images, bytes, paths."""

    live = False

    def __init__(self, pictures: Iterable[ImageSource]) -> None:
        self._pictures = pictures

    def frames(self) -> Generator[Frame, None, None]:
        """One frame a picture."""
        for number, picture in enumerate(self._pictures):
            name = str(picture) if isinstance(picture, (str, Path)) else "pictures"
            yield Frame(source=name, number=number, seconds=None, read=partial(_as_it_is, picture))

    def stop(self) -> None:
        """Nothing is held open."""


def _as_it_is(picture: ImageSource) -> ImageSource:
    return picture
