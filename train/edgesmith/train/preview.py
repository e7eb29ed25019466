"""`--preview-augmentation`: what the plan's augmentation makes of some training images, before anything is trained."""

from pathlib import Path

import numpy as np

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.images import load
from edgesmith.train.augmentation.preview import draw_preview
from edgesmith.train.data import find_splits
from edgesmith.train.defaults import SettledPlan
from edgesmith.train.progress import Progress

_ROWS = 6


def write_preview(plan: SettledPlan, file: Path, *, progress: Progress) -> None:
    """Write a PNG with one row for each of six training images, drawn by the seed.

    Raises `OptionError` for a plan without augmentation, and `ImageError` for an image that cannot be read.
    """
    if plan.fitting.augmentation is None:
        raise OptionError(
            f"the recipe {plan.recipe!r} changes no images, and no augmentation was given",
            tip="--augmentation photos, --rotation 15 and its like, or --recipe scratch-augment",
        )
    images = find_splits(plan.data, seed=plan.seed, progress=progress).splits["train"]
    chosen = np.random.default_rng(plan.seed).permutation(len(images.files))[:_ROWS]
    pixels = np.concatenate([load(images.files[index], plan.input) for index in chosen])
    write_bytes(file, draw_preview(pixels, plan.fitting.augmentation, seed=plan.seed))
