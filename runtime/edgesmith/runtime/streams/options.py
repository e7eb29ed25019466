"""How a stream is to run."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, get_args

from edgesmith.runtime.errors import OptionError

WhenBehind = Literal["wait", "drop"]
WHEN_BEHIND: tuple[WhenBehind, ...] = get_args(WhenBehind)

# Five minutes of a camera at 30 frames a second; the scores of so many frames are added up at each one.
MAX_SMOOTH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """Raises `OptionError` for a value outside its range.

    `every`: seconds between frames of a video or camera; None takes each. `when_behind`: whether decoding
    waits for inference or drops the oldest waiting frame; None drops for cameras and waits for all else.
    `queue`: decoded frames that may wait, each of the input's size. `smooth`: scores are the mean over so many
    frames of one video or camera, at most `MAX_SMOOTH`. A result is sure when its best score is at least `min_score` and leads the
    second by at least `min_margin`, both 0..1.
    """

    every: float | None = None
    when_behind: WhenBehind | None = None
    queue: int = 2
    smooth: int = 1
    min_score: float = 0.0
    min_margin: float = 0.0

    def __post_init__(self) -> None:
        for name in ("every", "min_score", "min_margin"):
            value = getattr(self, name)
            if not isinstance(value, Real) and (name != "every" or value is not None):
                raise OptionError(f"{name} {value!r}; a number is needed", tip=f"{name}=0.5, for instance")
        for name in ("queue", "smooth"):
            if not isinstance(getattr(self, name), Integral):
                raise OptionError(
                    f"{name} {getattr(self, name)!r}; a whole number is needed", tip=f"{name}=2, for instance"
                )
        if self.when_behind is not None and self.when_behind not in WHEN_BEHIND:
            raise OptionError(
                f"when_behind {self.when_behind!r} is none of {', '.join(WHEN_BEHIND)}",
                tip="wait takes every frame, drop the newest",
            )
        self._require_ranges()

    def _require_ranges(self) -> None:
        if self.every is not None and not 0 < self.every < float("inf"):
            raise OptionError(
                f"every {self.every:g} s; a number above 0 is needed",
                tip="--every 0.5s, for instance; without it, each frame",
            )
        for name, least in (("queue", 1), ("smooth", 1)):
            if getattr(self, name) < least:
                raise OptionError(
                    f"{name} {getattr(self, name)}; at least {least} is needed",
                    tip=f"{name} {least} is the least",
                )
        if self.smooth > MAX_SMOOTH:
            raise OptionError(
                f"smooth {self.smooth}; at most {MAX_SMOOTH} is allowed", tip="--smooth 5, for instance"
            )
        for name in ("min_score", "min_margin"):
            if not 0 <= getattr(self, name) <= 1:
                raise OptionError(
                    f"{name} {getattr(self, name):g} is outside 0..1",
                    tip="0.6, for instance; 0 lets every answer pass",
                )
