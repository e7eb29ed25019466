"""Quantization-aware training: a finished RUN trained on with the rounding of its int8 file.

`edgesmith train flowers5 -o RUN --recipe quantize-aware --from RUN0`

Weights and activations are rounded in the forward pass (`edgesmith.train.quantization`), BatchNormalization
keeps its statistics, and the epoch that is kept is the one whose rounded network did best on the validation
images. What is saved is the float network with the learnt weights, to be converted like any other;
`checkpoint/quantize-aware.keras` alone has the rounding in it.

Measured once, from `train flowers5 --model mobilenet_v1 --alpha 0.25 --image-size 128 --weights FILE` (recipe
`features`), on 273 test photos: int8 by ranges alone 78.0 → 81.0 %, and 89.4 → 95.6 % of its answers are those
of its own float network; int8 as `convert` makes it 79.5 → 79.9 % and 96.0 → 99.3 %. The float
network went from 79.1 to 79.9 %: the convolutions, frozen before, learn too.
"""

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.accuracy import measure_accuracy
from edgesmith.train.batches import Examples
from edgesmith.train.quantization.network import RoundingNetwork, find_ranges, rounding_network
from edgesmith.train.recipes.task import Task, Trained, fit_on_images, run_over, scored_by, scores_of

# As many as conversion draws for the ranges of the int8 file.
_RANGE_IMAGES = 100


def train_quantize_aware(task: Task) -> Trained:
    """Fit the rounding copy of `task.body`; keep its weights if it then does better than it did untrained."""
    model, say = task.body, task.journal.progress.say
    with task.journal.progress.stage("ranges", total=1):
        pixels = _drawn(task.pixels("train"), seed=task.plan.seed)
        rounding = rounding_network(model, find_ranges(model, pixels))
    before = _rounded_accuracy(rounding, task)
    stage = task.stage("quantize-aware", chosen_by="val_accuracy")
    after = fit_on_images(rounding.model, task, stage)
    say(f"validation accuracy of the rounded network: {before:.4f} before, {after:.4f} after")
    if after > before:
        rounding.write_to(model)
    else:
        say("quantization-aware training did not raise it; the weights from before are kept")
    return Trained(model=model, score=scored_by(model, task), chosen_by="val_accuracy")


def _drawn(images: Examples, *, seed: int) -> NDArray[np.uint8]:
    chosen = np.random.default_rng(seed).permutation(len(images))[:_RANGE_IMAGES]
    return images.load(chosen)


def _rounded_accuracy(rounding: RoundingNetwork, task: Task) -> float:
    scores = scores_of(run_over(rounding.model, task, "val", name="score val rounded"))
    return measure_accuracy(scores, task.images["val"].classes.tolist()).top1
