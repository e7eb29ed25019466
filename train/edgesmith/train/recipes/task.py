"""What a recipe is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.defaults import SettledPlan
from edgesmith.train.fitting import Journal, predict
from edgesmith.train.history import Criterion
from edgesmith.train.pipeline import ImageSet, image_batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`body`: Keras model from raw pixels to feature vectors; to probabilities, where the plan has a `start`.

    A recipe fits on `train` and chooses on `val`.
    """

    plan: SettledPlan
    labels: tuple[str, ...]
    body: Any
    images: dict[SplitName, ImageSet]
    journal: Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """`model`: raw pixels in, probabilities out. `score(split)`: its probabilities, float32 [n, classes].

    `chosen_by`: what made an epoch of the last stage the best one.
    """

    model: Any
    score: Callable[[SplitName], NDArray[np.float32]]
    chosen_by: Criterion = "val_loss"


def run_over(model: Any, task: Task, split: SplitName, *, name: str) -> NDArray[np.float32]:
    """The outputs of `model` for all images of a split, in their order, as a stage called `name`."""
    batches = image_batches(task.images[split], batch_size=task.plan.batch_size)
    with task.journal.progress.stage(name, total=len(batches)) as advance:
        outputs: NDArray[np.float32] = predict(model, batches, advance=advance)
    return outputs
