"""What a stream says of a frame."""

from dataclasses import asdict, dataclass
from typing import Any

from edgesmith.runtime.scores import Prediction, Scores
from edgesmith.runtime.streams.options import StreamOptions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreamResult:
    """The answer to one frame, or why there is none.

    `source`, `number`, `seconds`: as in `Frame`. `scores`: smoothed where that was asked for; None with an
    `error`. `sure`: whether score and margin reach what was asked for. `dropped`: frames lost so far because
    inference was behind.
    """

    source: str
    number: int
    seconds: float | None
    scores: Scores | None = None
    sure: bool = False
    dropped: int = 0
    error: str | None = None

    @property
    def best(self) -> Prediction | None:
        """The most probable class, or None for an error or when the model is not sure."""
        return self.scores.top(1)[0] if self.scores is not None and self.sure else None

    def to_json(self, *, top: int) -> dict[str, Any]:
        """What `predict` prints as JSON: the `top` best classes, or the error; when, for a video or camera."""
        document: dict[str, Any] = {"file": self.source}
        if self.seconds is not None:
            document |= {"frame": self.number, "seconds": round(self.seconds, 3), "dropped": self.dropped}
        if self.scores is None:
            return {**document, "error": self.error}
        best = [asdict(prediction) for prediction in self.scores.top(top)]
        return {**document, "top": best, "sure": self.sure}


def is_sure(scores: Scores, options: StreamOptions) -> bool:
    """Whether the best score and its lead over the second reach the limits of `options`."""
    first, second = scores.top(2)  # a classifier has at least two classes
    return first.score >= options.min_score and first.score - second.score >= options.min_margin
