"""A linear classifier on the features of a frozen network, which runs once over each image.

`edgesmith train cats_dogs -o RUN --model efficientnet_lite0 --recipe features`; measured in docs/training.md.

The metrics come from the head over the cached features, the body's own outputs, and not from one more run of
the saved model.keras; the tests hold that both give the same probabilities (within 1e-5).
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.imagefolder import SPLITS, SplitName
from edgesmith.train.batches import Examples
from edgesmith.train.fitting import fit, predict
from edgesmith.train.recipes.defaults import HEAD_EPOCHS, HEAD_PATIENCE
from edgesmith.train.recipes.task import Task, Trained, scores_of
from edgesmith.train.zoo.network import build_head, join

Features = dict[SplitName, Examples]


def train_features(task: Task) -> Trained:
    """Cache the features of all splits, fit the head, put the two together."""
    fitting = task.plan.fitting
    features = {split: task.features(split) for split in SPLITS}
    head, _ = fit_head(task, features, rate=fitting.learning_rate, epochs=fitting.epochs)

    def score(split: SplitName) -> NDArray[np.float32]:
        # The whole model's answer without running its body once more: dropout is idle, nothing else differs.
        return scores_of(
            predict(head, features[split], batch_size=fitting.batch_size, advance=lambda _: None)
        )

    return Trained(model=join(task.body, head, name=task.plan.network.name), score=score)


def fit_head(task: Task, features: Features, *, rate: float, epochs: int = HEAD_EPOCHS) -> tuple[Any, float]:
    """A linear classifier on the features of train, chosen on val; with its validation loss."""
    fitting = task.plan.fitting
    patience = fitting.patience if task.plan.recipe == "features" else HEAD_PATIENCE
    head = build_head(
        features["train"].shape[0], len(task.labels), dropout=fitting.dropout, sigmoid=task.sigmoid
    )
    # A linear classifier needs no falling rate, and a small data set has few steps to fall in.
    stage = replace(
        task.stage("head", augment=False), rate=rate, constant_rate=True, epochs=epochs, patience=patience
    )
    loss = fit(
        head,
        training=features["train"],
        validation=features["val"],
        stage=stage,
        journal=task.journal,
    )
    return head, loss
