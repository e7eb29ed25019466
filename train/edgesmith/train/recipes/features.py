"""A linear classifier on the features of a frozen network, which runs once over each image.

`edgesmith train cats_dogs -o RUN --model efficientnet_lite0 --recipe features`; measured in the README.

The metrics come from the head over the cached features, the body's own outputs, and not from one more run of
the saved model.keras; the tests hold that both give the same probabilities (within 1e-5).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.imagefolder import SPLITS, SplitName
from edgesmith.train.backend import keras
from edgesmith.train.fitting import Stage, fit
from edgesmith.train.pipeline import feature_batches
from edgesmith.train.recipes.task import Task, Trained, run_over
from edgesmith.train.zoo.network import build_head, join

DROPOUT = 0.2
_LEARNING_RATE = 1e-3
_PATIENCE = 6

Features = dict[SplitName, NDArray[np.float32]]


def train_features(task: Task) -> Trained:
    """Cache the features of all splits in memory, fit the head, put the two together."""
    features = {split: run_over(task.body, task, split, name=f"features {split}") for split in SPLITS}
    head, _ = fit_head(task, features, epochs=task.plan.epochs)

    def score(split: SplitName) -> NDArray[np.float32]:
        # The whole model's answer without running its body once more: dropout is idle, nothing else differs.
        scores: NDArray[np.float32] = head.predict(features[split], verbose=0)
        return scores

    return Trained(model=join(task.body, head, name=task.plan.network.name), score=score)


def fit_head(task: Task, features: Features, *, epochs: int) -> tuple[Any, float]:
    """A softmax layer on feature vectors [n, d] of train, chosen on val; with its validation loss."""
    plan = task.plan
    head = build_head(features["train"].shape[1], len(task.labels), dropout=DROPOUT)
    loss = fit(
        head,
        training=feature_batches(
            features["train"],
            task.images["train"].classes,
            batch_size=plan.batch_size,
            shuffle_seed=plan.seed,
        ),
        validation=feature_batches(features["val"], task.images["val"].classes, batch_size=plan.batch_size),
        stage=Stage(
            name="head", epochs=epochs, patience=_PATIENCE, optimizer=keras.optimizers.Adam(_LEARNING_RATE)
        ),
        journal=task.journal,
    )
    return head, loss
