"""The mean of the last frames' scores: one odd frame does not change the answer."""

import numpy as np

from edgesmith.runtime.scores import Scores


class Smoother:
    """A moving mean over up to `length` frames of one source. Holds float32 [length, classes]."""

    def __init__(self, *, length: int, classes: int) -> None:
        self._recent = np.empty((length, classes), np.float32)
        self._count = 0
        self._source: str | None = None
        self._number = 0

    def __call__(self, scores: Scores, *, source: str, number: int) -> Scores:
        """The mean with this frame's scores in it. Another `source`, or a `number` that does not grow, begins anew."""
        if source != self._source or number <= self._number:
            self._source, self._count = source, 0
        self._number = number
        self._recent[self._count % len(self._recent)] = scores.values
        self._count += 1
        return Scores(scores.labels, self._recent[: self._count].mean(axis=0))
