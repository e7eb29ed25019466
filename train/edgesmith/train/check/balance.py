"""Are there enough pictures of everything, where they are needed?"""

from collections.abc import Iterator

from edgesmith.runtime.accuracy import wilson_interval
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.check.findings import Finding, Item, counted
from edgesmith.train.check.listing import WHOLE, Listing
from edgesmith.train.data.splits import DRAWN_SHARE

# Largest class by smallest. At 4 the smaller of two classes has 20 % of the images, where Google's "Machine
# Learning Crash Course" (imbalanced data) begins to call an imbalance moderate.
IMBALANCE = 4.0

# Below these a number says little; own choices. With 100 test images, 90 right mean 82.6 to 94.5 %; with 10
# of a class, 9 right mean 59.6 to 98.2 %.
FEW_TRAINING_IMAGES = 20
FEW_TEST_IMAGES = 100
FEW_TEST_IMAGES_OF_A_CLASS = 10


def find_imbalance(listing: Listing) -> Iterator[Finding]:
    """All findings of this module."""
    yield from _missing_splits(listing)
    yield from _missing_classes(listing)
    yield from _one_class(listing)
    yield from _imbalance(listing)
    yield from _too_few_to_split(listing)
    yield from _few_training_images(listing)
    yield from _small_test(listing)


def test_counts(listing: Listing) -> dict[str, int]:
    """Test images by label: counted, or what `train` would draw from a folder without splits."""
    counts = listing.counts()
    if WHOLE not in counts:
        return counts.get("test", {})
    return {label: max(1, round(n * DRAWN_SHARE)) for label, n in counts[WHOLE].items() if n}


def interval_at_90(images: int) -> tuple[float, float]:
    """Where the true accuracy lies (95 %) when 90 % of `images` are recognised, as shares 0..1."""
    return wilson_interval(round(0.9 * images), images)


def _missing_splits(listing: Listing) -> Iterator[Finding]:
    missing = [name for name in SPLITS if name not in listing.splits]
    if WHOLE in listing.splits or not missing:
        return
    needed = [name for name in missing if name != "val"]
    yield Finding(
        kind="missing-split",
        severity="error" if needed else "note",
        what=f"no split {' and '.join(missing)}",
        advice="lay the folder out as train, val and test, or as class folders alone, to be split 80/10/10"
        if needed
        else "`edgesmith train` draws a tenth of the training images for it",
        items=tuple(Item(detail=name) for name in missing),
    )


def _missing_classes(listing: Listing) -> Iterator[Finding]:
    items = tuple(
        Item(detail=listing.empty.get((split, label), f"{label!r} has no folder in {split}"))
        for split, by_label in listing.counts().items()
        for label, count in by_label.items()
        if count == 0
    )
    if items:
        yield Finding(
            kind="missing-class",
            severity="error",
            what=f"{counted(len(items), 'class', 'classes')} without pictures in a split",
            advice="add pictures, or remove the class from every split; `edgesmith train` refuses it",
            items=items,
        )


def _one_class(listing: Listing) -> Iterator[Finding]:
    if len(listing.labels) < 2:
        yield Finding(
            kind="one-class",
            severity="error",
            what=f"one class only, {listing.labels[0]!r}",
            advice="a classifier needs two at least: add a folder of what is not this class",
            items=(),
        )


def _training_counts(listing: Listing) -> dict[str, int]:
    counts = listing.counts()
    found = counts.get("train") or counts.get(WHOLE) or {}
    return {label: count for label, count in found.items() if count}


def _imbalance(listing: Listing) -> Iterator[Finding]:
    counts = _training_counts(listing)
    if not counts:
        return
    largest, smallest = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    ratio = counts[largest] / counts[smallest]
    if ratio >= IMBALANCE:
        yield Finding(
            kind="imbalance",
            severity="warning",
            what=f"{largest!r} has {ratio:.1f} times the training images of {smallest!r}"
            f" ({counts[largest]} and {counts[smallest]})",
            advice="train with --class-weights balanced, or collect more of the small classes; judge by the"
            " recall of each class, not by accuracy",
            items=tuple(
                Item(detail=f"{label}: {count}")
                for label, count in sorted(counts.items(), key=lambda pair: pair[1])
                if counts[largest] / count >= IMBALANCE
            ),
        )


def _too_few_to_split(listing: Listing) -> Iterator[Finding]:
    counts = listing.counts().get(WHOLE, {})
    few = {label: count for label, count in counts.items() if 0 < count < len(SPLITS)}
    if few:
        yield Finding(
            kind="few-images",
            severity="error",
            what=f"{counted(len(few), 'class', 'classes')} with fewer than {len(SPLITS)} pictures",
            advice="they cannot be split into train, val and test, and `edgesmith train` refuses: add pictures",
            items=tuple(Item(detail=f"{label}: {count}") for label, count in few.items()),
        )


def _few_training_images(listing: Listing) -> Iterator[Finding]:
    few = {label: n for label, n in _training_counts(listing).items() if n < FEW_TRAINING_IMAGES}
    if few:
        yield Finding(
            kind="few-images",
            severity="warning",
            what=f"{counted(len(few), 'class', 'classes')} with fewer than {FEW_TRAINING_IMAGES} training images",
            advice="collect more; until then use recipe features with augmentation, not scratch",
            items=tuple(Item(detail=f"{label}: {count}") for label, count in few.items()),
        )


def _small_test(listing: Listing) -> Iterator[Finding]:
    counts = {label: count for label, count in test_counts(listing).items() if count}
    total = sum(counts.values())
    few = {label: count for label, count in counts.items() if count < FEW_TEST_IMAGES_OF_A_CLASS}
    if counts and (total < FEW_TEST_IMAGES or few):
        low, high = interval_at_90(total)
        yield Finding(
            kind="small-test",
            severity="warning",
            what=f"{counted(total, 'test image')}, {min(counts.values())} of the smallest class: 90 % right"
            f" would mean {low:.1%} to {high:.1%}",
            advice="collect more for test, or state the interval with every accuracy; recall of single classes"
            " from so few images is guesswork",
            items=tuple(Item(detail=f"{label}: {count}") for label, count in few.items()),
        )
