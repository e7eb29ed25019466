"""Which frames of a video or camera are taken."""

from edgesmith.runtime.streams.source import Frame


class Pace:
    """One frame every so many seconds; each of them without. Pictures by themselves are always taken."""

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._last: Frame | None = None
        self._due = 0.0

    def is_due(self, frame: Frame) -> bool:
        """Whether to take this frame. The first one of a source is, also of the same source over again."""
        if self._every is None or frame.seconds is None:
            return True
        last, self._last = self._last, frame
        # Broadcast streams (.ts) count their time from zero again now and then; frames out of order are no reason.
        back = frame.seconds < self._due - 2 * self._every
        if back or last is None or frame.source != last.source or frame.number <= last.number:
            self._due = frame.seconds
        if frame.seconds < self._due:
            return False
        # The beat is kept, so that 0.5 s stay 2 frames a second at any frame rate; after a gap it begins anew.
        late = frame.seconds - self._due
        self._due = (self._due if late < self._every else frame.seconds) + self._every
        return True
