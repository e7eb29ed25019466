"""Which frames of a video or camera are taken."""

from edgesmith.runtime.streams.source import Frame


class Pace:
    """One frame every so many seconds; each of them without. Pictures by themselves are always taken."""

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._source: str | None = None
        self._due = 0.0

    def is_due(self, frame: Frame) -> bool:
        """Whether to take this frame. The first one of a source is."""
        if self._every is None or frame.seconds is None:
            return True
        if frame.source != self._source:
            self._source, self._due = frame.source, frame.seconds
        if frame.seconds < self._due:
            return False
        # The beat is kept, so that 0.5 s stay 2 frames a second at any frame rate; after a gap it begins anew.
        late = frame.seconds - self._due
        self._due = (self._due if late < self._every else frame.seconds) + self._every
        return True
