"""Pictures that are whole but poor: tiny, stretched, empty, lying, or of another colour mode than the rest."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from statistics import median_low

from edgesmith.train.check.findings import Finding, Item, Picture, counted
from edgesmith.train.check.scan import Reading
from edgesmith.train.zoo.network import SMALLEST_IMAGE

# Long side by short side. Film's widest common format is 2.39:1; what is above 3 is a panorama or a strip, of
# which the default geometry, a stretch to the square input, leaves a third of the width or less. Own choice.
EXTREME_ASPECT = 3.0

# Standard deviation in levels of 255. The least of 7,100 photos (cats_dogs, flowers5, sign_digits) is 12.6;
# an empty wall with strong sensor noise (8 levels) comes to 1.4.
FLAT_CONTRAST = 4.0


def is_flat(reading: Reading) -> bool:
    """Whether there is next to nothing on the picture: one colour, a lens cap, an empty page."""
    return reading.contrast < FLAT_CONTRAST


def find_poor_pictures(readings: Mapping[Picture, Reading], *, image_size: int) -> Iterator[Finding]:
    """All findings of this module; `image_size`: height and width of the network's input in pixels."""
    yield from _tiny(readings, min(SMALLEST_IMAGE, image_size))
    yield from _below_input(readings, image_size)
    yield from _extreme(readings)
    yield from _flat(readings)
    yield from _mixed_modes(readings)
    yield from _sideways(readings)


def _short(reading: Reading) -> int:
    return min(reading.width, reading.height)


def _aspect(reading: Reading) -> float:
    return max(reading.width, reading.height) / _short(reading)


def _items(
    readings: Mapping[Picture, Reading],
    concerned: Callable[[Reading], bool],
    detail: Callable[[Reading], str] = lambda reading: f"{reading.width}x{reading.height}",
) -> tuple[Item, ...]:
    return tuple(
        Item(pictures=(picture,), detail=detail(reading))
        for picture, reading in readings.items()
        if concerned(reading)
    )


def _tiny(readings: Mapping[Picture, Reading], least: int) -> Iterator[Finding]:
    if items := _items(readings, lambda reading: _short(reading) < least):
        yield Finding(
            kind="tiny",
            severity="warning",
            what=f"{counted(len(items), 'picture')} with a side below {least} pixels",
            advice="thumbnails or icons: replace or remove them; where all are so small, use a network for such"
            " pictures (`edgesmith models`)",
            items=items,
        )


def _below_input(readings: Mapping[Picture, Reading], image_size: int) -> Iterator[Finding]:
    if items := _items(readings, lambda reading: SMALLEST_IMAGE <= _short(reading) < image_size):
        middle = median_low(_short(reading) for reading in readings.values())
        smaller = (
            f"; half of all have a short side of {middle} or less, so try --image-size {middle // 32 * 32}"
            if SMALLEST_IMAGE <= middle < image_size
            else ""
        )
        yield Finding(
            kind="below-input",
            severity="note",
            what=f"{counted(len(items), 'picture')} smaller than the network's input of {image_size} pixels",
            advice=f"they are enlarged, which costs time and adds nothing{smaller}",
            items=items,
        )


def _extreme(readings: Mapping[Picture, Reading]) -> Iterator[Finding]:
    if items := _items(readings, lambda reading: _aspect(reading) > EXTREME_ASPECT):
        yield Finding(
            kind="extreme-aspect",
            severity="warning",
            what=f"{counted(len(items), 'picture')} more than {EXTREME_ASPECT:g} times as long as wide",
            advice="cut them to what they show: the whole picture is stretched to the network's square input",
            items=items,
        )


def _flat(readings: Mapping[Picture, Reading]) -> Iterator[Finding]:
    if items := _items(readings, is_flat, lambda reading: f"contrast {reading.contrast:.1f} of 255"):
        yield Finding(
            kind="flat",
            severity="warning",
            what=f"{counted(len(items), 'picture')} with next to nothing on them",
            advice="look at them: lens caps, blank pages and failed exports teach a class nothing",
            items=items,
        )


def _mixed_modes(readings: Mapping[Picture, Reading]) -> Iterator[Finding]:
    grey = {picture for picture, reading in readings.items() if reading.grey}
    if not 0 < len(grey) < len(readings):
        return
    every = Counter(picture.label for picture in readings)
    grey_of = Counter(picture.label for picture in grey)
    shares = ", ".join(f"{label} {grey_of[label]} of {every[label]}" for label in sorted(grey_of)[:10])
    yield Finding(
        kind="mixed-modes",
        severity="note",
        what=f"{counted(len(grey), 'grey picture')} among {len(readings)}: {shares}",
        advice="harmless where spread evenly; where a class has most of them, greyness gives it away",
        items=tuple(Item(pictures=(picture,)) for picture in readings if picture in grey),
    )


def _sideways(readings: Mapping[Picture, Reading]) -> Iterator[Finding]:
    if items := _items(readings, lambda reading: reading.sideways):
        yield Finding(
            kind="sideways",
            severity="note",
            what=f"{counted(len(items), 'picture')} stored lying, to be turned upright by EXIF",
            advice="edgesmith turns them; other tools may not, so compare accuracies with care",
            items=items,
        )
