"""How large the pictures are, and how many are grey: what a network and its input are chosen by."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from statistics import median_low
from typing import Any

from edgesmith.train.check.scan import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """Of the pictures that could be read: how many, how many of them grey, and their short sides in pixels."""

    readable: int
    grey: int
    least_short_side: int
    median_short_side: int
    most_short_side: int

    def to_json(self) -> dict[str, Any]:
        """The object `pictures` of the document."""
        return asdict(self)


def measure_dimensions(readings: Collection[Reading]) -> Dimensions | None:
    """Of `readings`; None without any."""
    if not readings:
        return None
    sides = [min(reading.width, reading.height) for reading in readings]
    return Dimensions(
        readable=len(sides),
        grey=sum(reading.grey for reading in readings),
        least_short_side=min(sides),
        median_short_side=median_low(sides),
        most_short_side=max(sides),
    )
