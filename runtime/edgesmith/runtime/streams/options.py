"""How a stream is to run."""

from dataclasses import dataclass
from typing import Literal, get_args

from edgesmith.runtime.errors import OptionError

WhenBehind = Literal["wait", "drop"]
WHEN_BEHIND: tuple[WhenBehind, ...] = get_args(WhenBehind)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """Raises `OptionError` for a value outside its range.

    `every`: seconds between frames of a video or camera; None takes each. `when_behind`: whether decoding
    waits for inference or drops the oldest waiting frame; None drops for cameras and waits for all else.
    `queue`: decoded frames that may wait, each of the input's size. `smooth`: scores are the mean over so many
    frames of one video or camera. A result is sure when its best score is at least `min_score` and leads the
    second by at least `min_margin`, both 0..1.
    """

    every: float | None = None
    when_behind: WhenBehind | None = None
    queue: int = 2
    smooth: int = 1
    min_score: float = 0.0
    min_margin: float = 0.0

    def __post_init__(self) -> None:
        if self.every is not None and not 0 < self.every < float("inf"):
            raise OptionError(f"every {self.every:g} s; a number above 0 is needed")
        for name, least in (("queue", 1), ("smooth", 1)):
            if getattr(self, name) < least:
                raise OptionError(f"{name} {getattr(self, name)}; at least {least} is needed")
        for name in ("min_score", "min_margin"):
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError(f"{name} {getattr(self, name):g} is outside 0..1")
