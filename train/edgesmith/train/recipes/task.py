"""What a recipe is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.runtime.runrecord import DataRecord
from edgesmith.train.augmentation.augmenter import make_augmenter
from edgesmith.train.batches import Examples
from edgesmith.train.callbacks import Journal
from edgesmith.train.defaults import SettledPlan
from edgesmith.train.epoch import Criterion
from edgesmith.train.featurecache import features_key, keep_features, read_features
from edgesmith.train.fitting import Stage, fit, predict
from edgesmith.train.images import ImageSet
from edgesmith.train.machine.shared import on_all_hosts
from edgesmith.train.weighting import class_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`body`: Keras model from raw pixels to feature vectors; to probabilities, where the plan has a `start`.

    `data`: the images with their hashes. A recipe fits on `train` and chooses on `val`.
    """

    plan: SettledPlan
    labels: tuple[str, ...]
    body: Any
    data: DataRecord
    images: dict[SplitName, ImageSet]
    journal: Journal

    @property
    def sigmoid(self) -> bool:
        """Whether the network has one output for two classes."""
        return self.plan.head == "sigmoid"

    def pixels(self, split: SplitName) -> Examples:
        """The images of a split, uint8 [n, h, w, c].

        The first time all splits are decoded: an unreadable image stops a training before its slow part, those
        of test too.
        """
        for name, images in self.images.items():
            if not images.is_read:
                with self.journal.progress.stage(f"read {name}", total=len(images)) as advance:
                    images.read(advance)
        chosen = self.images[split]
        return self._examples(split, chosen.load, chosen.spec.shape[1:], np.uint8)

    def features(self, split: SplitName) -> Examples:
        """What `body` makes of the images of a split, float32 [n, d], from the cache where it has them."""
        key = features_key(self.body, self.plan.input, self.data.split(split))
        features = read_features(key)
        if not on_all_hosts(features is not None) or features is None:
            features = run_over(self.body, self, split, name=f"features {split}")
            try:
                keep_features(key, features)
            except OutputError as error:  # they are here; only the next training would have gained
                self.journal.progress.say(f"warning: features are not kept for another run: {error}")
        else:
            self.journal.progress.say(f"features {split}: kept from an earlier run")
        found = features
        return self._examples(split, lambda indices: found[indices], found.shape[1:], np.float32)

    def stage(self, name: str, *, augment: bool = True, chosen_by: Criterion = "val_loss") -> Stage:
        """The last stage, as the plan has it."""
        fitting = self.plan.fitting
        changes = fitting.augmentation if augment else None
        return Stage(
            name=name,
            epochs=fitting.epochs,
            patience=fitting.patience,
            rate=fitting.learning_rate,
            batch_size=fitting.batch_size,
            seed=self.plan.seed,
            optimizer=fitting.optimizer,
            label_smoothing=fitting.label_smoothing,
            augmenter=None
            if changes is None
            else make_augmenter(changes, spec=self.plan.input, classes=len(self.labels)),
            chosen_by=chosen_by,
        )

    def _examples(
        self,
        split: SplitName,
        load: Callable[[NDArray[np.int64]], NDArray[Any]],
        shape: tuple[int, ...],
        dtype: type[np.generic],
    ) -> Examples:
        classes = self.images[split].classes
        weights = np.ones(len(classes), np.float32)
        if split == "train" and self.plan.fitting.class_weights == "balanced":
            weights = class_weights(classes, len(self.labels))[classes]
        one_hot = np.eye(len(self.labels), dtype=np.float32)[classes]
        return Examples(load=load, shape=shape, dtype=dtype, one_hot=one_hot, weights=weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """`model`: raw pixels in, probabilities out. `score(split)`: of each class, float32 [n, classes].

    `chosen_by`: what made an epoch of the last stage the best one.
    """

    model: Any
    score: Callable[[SplitName], NDArray[np.float32]]
    chosen_by: Criterion = "val_loss"


def fit_on_images(model: Any, task: Task, stage: Stage, *, saved: Any = None) -> float:
    """Fit a network that takes raw pixels; the best value of what the stage is chosen by."""
    return fit(
        model,
        training=task.pixels("train"),
        validation=task.pixels("val"),
        stage=stage,
        journal=task.journal,
        saved=saved,
    )


def run_over(model: Any, task: Task, split: SplitName, *, name: str) -> NDArray[np.float32]:
    """The outputs of `model` for all images of a split, in their order, as a stage called `name`."""
    examples, size = task.pixels(split), task.plan.fitting.batch_size
    with task.journal.progress.stage(name, total=examples.steps(size)) as advance:
        outputs: NDArray[np.float32] = predict(model, examples, batch_size=size, advance=advance)
    return outputs


def scores_of(outputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities [n, classes] of a network's outputs; a sigmoid [n, 1] gives that of the second of two."""
    return np.concatenate([1 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs


def scored_by(model: Any, task: Task) -> Callable[[SplitName], NDArray[np.float32]]:
    """What `Trained.score` is for a network that takes raw pixels."""
    return lambda split: scores_of(run_over(model, task, split, name=f"score {split}"))
