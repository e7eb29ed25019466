"""The check itself: list, read, compare, judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgesmith.runtime.errors import ImageError, OptionError
from edgesmith.train.check.balance import find_imbalance
from edgesmith.train.check.dimensions import measure_dimensions
from edgesmith.train.check.duplicates import find_duplicates
from edgesmith.train.check.findings import Finding, Item, by_severity, counted
from edgesmith.train.check.geometry import find_poor_pictures
from edgesmith.train.check.listing import Listing, list_pictures
from edgesmith.train.check.lookalikes import comparable, find_lookalikes
from edgesmith.train.check.near import block_count
from edgesmith.train.check.report import Report
from edgesmith.train.check.scan import HASH_BITS, Reading, read_pictures
from edgesmith.train.progress import Progress

# Of the default network, EfficientNet-Lite0.
DEFAULT_IMAGE_SIZE = 224

# Two unrelated hashes differ in half their bits, give or take 8 (a coin thrown 256 times).
LARGEST_DISTANCE = HASH_BITS // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """`data`: whatever train takes; `seed` draws the val that a source other than a folder may lack.

    `image_size`: of the network's input, in pixels. `near_distance`: in bits; None for `near.limits`.
    """

    data: Path | str
    seed: int = 0
    image_size: int = DEFAULT_IMAGE_SIZE
    near_distance: int | None = None


def examine(plan: CheckPlan, *, progress: Progress | None = None) -> Report:
    """Look a data set over. Raises `DataError` where there is none, and `OptionError`."""
    _require(plan)
    progress = progress or Progress()
    listing = list_pictures(plan.data, seed=plan.seed, progress=progress)
    files = [listing.root / picture.path for picture in listing.pictures]
    with progress.stage("reading", total=len(files)) as advance:
        outcomes = read_pictures(files, advance=advance)
    readings = {
        picture: outcome
        for picture, outcome in zip(listing.pictures, outcomes, strict=True)
        if isinstance(outcome, Reading)
    }
    candidates = comparable(readings)
    with progress.stage("comparing", total=block_count(len(candidates))) as advance:
        lookalikes = list(find_lookalikes(candidates, distance=plan.near_distance, advance=advance))
    findings = [
        *listing.findings,
        *_unreadable(listing, outcomes),
        *find_duplicates(readings),
        *lookalikes,
        *find_imbalance(listing),
        *find_poor_pictures(readings, image_size=plan.image_size),
    ]
    return Report(
        data=str(plan.data),
        listing=listing,
        findings=by_severity(findings),
        seconds=progress.seconds,
        dimensions=measure_dimensions(readings.values()),
    )


def _require(plan: CheckPlan) -> None:
    if plan.image_size < 1:
        raise OptionError(
            f"--image-size {plan.image_size} is not a number of pixels", tip="--image-size 224, for instance"
        )
    if plan.near_distance is not None and not 0 <= plan.near_distance <= LARGEST_DISTANCE:
        raise OptionError(
            f"--near-distance {plan.near_distance} is not within 0 to {LARGEST_DISTANCE}",
            tip=f"it counts differing bits of {HASH_BITS}; unrelated pictures differ in about {HASH_BITS // 2}",
        )


def _unreadable(listing: Listing, outcomes: Sequence[Reading | ImageError]) -> list[Finding]:
    items = tuple(
        Item(pictures=(picture,), detail=_reason(outcome, listing.root / picture.path))
        for picture, outcome in zip(listing.pictures, outcomes, strict=True)
        if isinstance(outcome, ImageError)
    )
    if not items:
        return []
    finding = Finding(
        kind="unreadable",
        severity="error",
        what=f"{counted(len(items), 'file')} that cannot be decoded to the end",
        advice="copy them again from where they came, or remove them: `edgesmith train` stops at the first",
        items=items,
    )
    return [finding]


def _reason(error: ImageError, file: Path) -> str:
    return str(error).removeprefix(str(file)).lstrip(": ")
