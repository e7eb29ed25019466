"""The settings that fit a data set, each with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgesmith.cli.init.seen import Seen
from edgesmith.runtime.accuracy import wilson_interval

# docs/training.md: on 1,400 photos of cats and dogs fine-tuning was no better than features (99.2 %), on 2,319 of five
# flowers it was by four points (95.0 against 91.2 %), and took 20 times as long.
MANY_PHOTOS = 2_000

# Below it a small network that starts from nothing has too little to learn from: on 1,400 photos 69 to 78 % where the
# pretrained one has 99 % (docs/training.md). The demo's 4,000 digits are enough for 97 %.
ENOUGH_FOR_SCRATCH = 2_000

# The demo: ten epochs of 4,000 digits.
MANY_FOR_SCRATCH = 4_000

# Digits and icons; above it a photo shows more than 64 pixels can hold.
SMALL_SIDE = 64

# EfficientNet-Lite0 halves its input five times: 96 pixels leave a map of 3 × 3.
LEAST_PRETRAINED, MOST_PRETRAINED = 96, 224

# Of a guard: with fewer, one image more or less is half a point or more.
LEAST_JUDGED = 200
MAX_DROP = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`value`: of a key, None to leave it out. `why`: in words, for the comment above it."""

    value: Any
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """By key of `[[model]]` and of `[convert]`."""

    model: Mapping[str, Choice]
    convert: Mapping[str, Choice]


def choose(seen: Seen) -> Choices:
    """What is written for a data set."""
    small = 0 < seen.short_side < SMALL_SIDE and seen.train >= ENOUGH_FOR_SCRATCH
    model = _from_scratch(seen) if small else _pretrained(seen)
    if not seen.balanced:
        model["class_weights"] = Choice(
            value="balanced", why="the largest class has at least 4 times the images of the smallest"
        )
    return Choices(model=model, convert={"max_drop": _guard(seen)})


def _from_scratch(seen: Seen) -> dict[str, Choice]:
    colour = "grey" if seen.grey else "coloured"
    size = max(32, -(-seen.short_side // 8) * 8)
    many = seen.train >= MANY_FOR_SCRATCH
    choices = {
        "name": Choice(value="small", why="of the files"),
        "network": Choice(
            value="separable_small",
            why=f"{seen.train:,} small {colour} pictures are enough for a small network that starts from nothing;"
            " a pretrained one has learnt from photos, and is 200 times as large",
        ),
        "recipe": Choice(
            value="scratch" if seen.grey else "scratch-augment",
            why="from random weights; pictures as they are, since a mirrored digit or letter is another one"
            if seen.grey
            else "from random weights, on changed pictures, others in every epoch",
        ),
        "image_size": Choice(
            value=size, why=f"half of the pictures have a short side of {seen.short_side} pixels or less"
        ),
    }
    if seen.grey:
        choices["channels"] = Choice(value=1, why="every picture is grey")
    choices["epochs"] = Choice(
        value=10 if many else 30,
        why=f"enough for {seen.train:,} images: the demo's 4,000 take as many"
        if many
        else "the recipe's own",
    )
    return choices


def _pretrained(seen: Seen) -> dict[str, Choice]:
    many = seen.train >= MANY_PHOTOS
    size = min(MOST_PRETRAINED, max(LEAST_PRETRAINED, seen.short_side // 32 * 32))
    small = size < MOST_PRETRAINED
    return {
        "name": Choice(value="lite0", why="of the files"),
        "network": Choice(
            value="efficientnet_lite0",
            why="has learnt from a million photos, and its weights are installed with edgesmith",
        ),
        "recipe": Choice(
            value="finetune" if many else "features",
            why=f"{seen.train:,} training images are enough to adapt the whole network; 'features' takes a minute"
            " instead of many"
            if many
            else f"{seen.train:,} training images are few: the network stays as it is and its last layer learns;"
            " 'finetune' takes 20 times as long and may gain some points",
        ),
        "image_size": Choice(
            value=size,
            why=f"half of the pictures have a short side of {seen.short_side} pixels or less; more would enlarge them"
            if small and seen.short_side >= LEAST_PRETRAINED
            else "the least that leaves the network something to see"
            if small
            else "the network's own",
        ),
        "epochs": Choice(
            value=5 if many else 60,
            why="docs/training.md reaches 95 % on flowers with as many"
            if many
            else "at the most: the last layer learns in seconds, and stops when nothing improves",
        ),
    }


def _guard(seen: Seen) -> Choice:
    least, which = seen.judged, "validation" if seen.val < seen.test else "test"
    if least < LEAST_JUDGED:
        return Choice(
            value=None,
            why=f"no accuracy guard (max_drop): there are {least} {which} images, and {LEAST_JUDGED} are needed."
            f" {_proof(least)}",
        )
    return Choice(
        value=MAX_DROP,
        why=f"points of accuracy that int8 may lose; on {least} {which} images one point is {least / 100:g} of them."
        f" {_proof(least)}",
    )


def _proof(images: int) -> str:
    if images == 0:
        return "Without any, nothing can be said about accuracy."
    low, high = wilson_interval(round(0.9 * images), images)
    return (
        f"90 % right of {images} would mean {100 * low:.1f} to {100 * high:.1f} %"
        f" (95 % interval, {100 * (high - low):.0f} points wide)."
    )
