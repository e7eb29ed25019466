"""What groups of pictures that look alike mean: a leak, a doubtful label, or a series of the same scene."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from edgesmith.train.check.findings import Finding, Item, Picture, counted
from edgesmith.train.check.geometry import is_flat
from edgesmith.train.check.listing import WHOLE
from edgesmith.train.check.near import limits, near_groups
from edgesmith.train.check.scan import Reading


def comparable(readings: Mapping[Picture, Reading]) -> dict[Picture, Reading]:
    """One picture of each content, split and label; without flat ones, whose hashes are noise or all equal."""
    one_of_each: dict[tuple[bytes, str, str], Picture] = {}
    for picture, reading in readings.items():
        if not is_flat(reading):
            one_of_each.setdefault((reading.content, picture.split, picture.label), picture)
    return {picture: readings[picture] for picture in one_of_each.values()}


def find_lookalikes(
    readings: Mapping[Picture, Reading], *, distance: int | None, advance: Callable[[int], None]
) -> Iterator[Finding]:
    """Compare all pairs of `comparable` pictures, at most `distance` bits apart (None: as `near.limits`)."""
    if not readings:
        return
    pictures = list(readings)
    number: dict[bytes, int] = {}
    contents = np.array([number.setdefault(reading.content, len(number)) for reading in readings.values()])
    bits = np.frombuffer(b"".join(r.bits for r in readings.values()), np.uint8).reshape(len(pictures), -1)
    short_sides = np.array([min(reading.width, reading.height) for reading in readings.values()])
    groups = near_groups(bits, contents, limits(short_sides, distance), advance=advance)
    items = [
        Item(
            pictures=tuple(pictures[member] for member in group.members),
            detail=_detail(group.distances),
            distances=group.distances,
        )
        for group in groups
    ]
    yield from _label_conflicts([item for item in items if _labels(item) > 1])
    yield from _leaks([item for item in items if _splits(item) > 1])
    yield from _series([item for item in items if _labels(item) == _splits(item) == 1])


def _label_conflicts(items: list[Item]) -> Iterator[Finding]:
    if items:
        yield Finding(
            kind="near-label-conflict",
            severity="warning",
            what=f"{counted(len(items), 'group')} of pictures look alike and have different labels",
            advice="look at them; where they show the same thing, one label is wrong",
            items=tuple(items),
        )


def _leaks(items: list[Item]) -> Iterator[Finding]:
    if items:
        yield Finding(
            kind="near-leak",
            severity="warning",
            what=f"{counted(len(items), 'group')} of pictures look alike and are in different splits",
            advice="look at them; put edits of a photo and photos of a series into one split, the training",
            items=tuple(items),
        )


def _series(items: list[Item]) -> Iterator[Finding]:
    if items:
        drawn = items[0].pictures[0].split == WHOLE
        yield Finding(
            kind="near-duplicate",
            severity="warning" if drawn else "note",
            what=f"{counted(len(items), 'group')} of pictures look alike, in the same class and split",
            advice="make train, val and test folders with each group in one: a drawn split may part them"
            if drawn
            else "edits or a series count as one example; in test they make an accuracy look surer than it is",
            items=tuple(items),
        )


def _detail(distances: tuple[int, ...]) -> str:
    low, high = min(distances), max(distances)
    return f"{low} of 256 bits" if low == high else f"{low} to {high} of 256 bits"


def _labels(item: Item) -> int:
    return len({picture.label for picture in item.pictures})


def _splits(item: Item) -> int:
    return len({picture.split for picture in item.pictures})
