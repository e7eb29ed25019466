"""Places for names beside points, so that they cover neither each other nor the points."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_LETTER, _LINE = (
    6.2,
    14.0,
)  # CSS pixels of a letter and a line at font size 11, rather too much than too little
_GAP, _POINT = 9.0, 6.0  # from a point's centre to its name; a point's radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a name goes: offsets of its nearer end from the point, CSS pixels, y downwards."""

    index: int
    align: Literal["left", "right"]
    dx: float
    dy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def place_names(
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    order: Sequence[int],
    size: tuple[float, float],
) -> list[Place]:
    """A free place for each of `order`'s points, in that order; none for a point around which all are taken.

    `points`, `size`: CSS pixels, y downwards. All points, also those that are not named, are kept free.
    """
    taken = [_Box(left=x - _POINT, top=y - _POINT, right=x + _POINT, bottom=y + _POINT) for x, y in points]
    page = _Box(left=0, top=0, right=size[0], bottom=size[1])
    found = []
    for index in order:
        for place, box in _candidates(index, points[index], len(names[index]) * _LETTER):
            inside = page.left <= box.left and box.right <= page.right and page.top <= box.top
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                found.append(place)
                break
    return found


def _candidates(index: int, point: tuple[float, float], width: float) -> Iterator[tuple[Place, _Box]]:
    x, y = point
    for dy in (0.0, -_GAP - 2, _GAP + 2, -2.2 * _GAP, 2.2 * _GAP):
        for align, dx, left in (("left", _GAP, x + _GAP), ("right", -_GAP, x - _GAP - width)):
            box = _Box(left=left, top=y + dy - _LINE / 2, right=left + width, bottom=y + dy + _LINE / 2)
            yield Place(index=index, align="left" if align == "left" else "right", dx=dx, dy=dy), box
