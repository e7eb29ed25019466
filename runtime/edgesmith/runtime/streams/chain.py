"""Several sources, one after the other."""

from collections.abc import Generator, Sequence

from edgesmith.runtime.streams.source import Frame, Source


class ChainedSource:
    """The frames of all `sources` in turn."""

    live = False

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self._stopped = False

    def frames(self) -> Generator[Frame, None, None]:
        """The frames of the first, then those of the second, and so on."""
        for source in self.sources:
            if self._stopped:
                return
            yield from source.frames()

    def stop(self) -> None:
        """Stop the one at work and begin no other."""
        self._stopped = True
        for source in self.sources:
            source.stop()
