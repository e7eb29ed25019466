"""The same pixels more than once: under two labels, in two splits, or simply again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from edgesmith.train.check.findings import Finding, Item, Picture, counted
from edgesmith.train.check.listing import WHOLE
from edgesmith.train.check.scan import Reading


def find_duplicates(readings: Mapping[Picture, Reading]) -> Iterator[Finding]:
    """Groups of pictures with equal pixels; one group can be several findings."""
    by_content: defaultdict[bytes, list[Picture]] = defaultdict(list)
    for picture, reading in readings.items():
        by_content[reading.content].append(picture)
    groups = [tuple(group) for group in by_content.values() if len(group) > 1]
    yield from _label_conflicts([group for group in groups if len({p.label for p in group}) > 1])
    yield from _leaks([group for group in groups if len({p.split for p in group}) > 1])
    yield from _copies([group for group in groups if len({(p.split, p.label) for p in group}) < len(group)])


def _label_conflicts(groups: list[tuple[Picture, ...]]) -> Iterator[Finding]:
    if groups:
        yield Finding(
            kind="label-conflict",
            severity="error",
            what=f"{counted(len(groups), 'picture')} under more than one label",
            advice="keep each picture in one class, the right one, or remove it: one of its labels is wrong",
            items=_items(groups),
        )


def _leaks(groups: list[tuple[Picture, ...]]) -> Iterator[Finding]:
    if groups:
        yield Finding(
            kind="leak",
            severity="error",
            what=f"{counted(len(groups), 'picture')} in more than one split",
            advice="keep each in one split: what was trained on proves nothing in val and test",
            items=_items(groups),
        )


def _copies(groups: list[tuple[Picture, ...]]) -> Iterator[Finding]:
    if groups:
        drawn = any(picture.split == WHOLE for picture in groups[0])
        more = "; a drawn split may part them, which is a leak" if drawn else ""
        yield Finding(
            kind="duplicate",
            severity="warning",
            what=f"{counted(len(groups), 'picture')} more than once in the same class and split",
            advice=f"keep one of each: the others weigh it up{more}",
            items=_items(groups),
        )


def _items(groups: list[tuple[Picture, ...]]) -> tuple[Item, ...]:
    return tuple(Item(pictures=group) for group in groups)
