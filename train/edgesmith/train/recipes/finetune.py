"""The head first, as in `features`; then the top of the network with it, at a low learning rate.

`edgesmith train cats_dogs -o RUN --model efficientnet_lite0 --recipe finetune`; measured in docs/training.md.
"""

from typing import Any

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.backend import keras
from edgesmith.train.recipes.defaults import HEAD_RATE
from edgesmith.train.recipes.features import fit_head
from edgesmith.train.recipes.task import Task, Trained, fit_on_images, scored_by
from edgesmith.train.zoo.network import join


def train_finetune(task: Task) -> Trained:
    """Fit the head on cached features, then head and top jointly; keep the head's model if that is better."""
    fitting = task.plan.fitting
    first = first_released(task.body, fitting.unfreeze_from or "1")
    splits: tuple[SplitName, ...] = ("train", "val")
    features = {split: task.features(split) for split in splits}
    head, head_loss = fit_head(task, features, rate=fitting.head_learning_rate or HEAD_RATE)
    model = join(task.body, head, name=task.plan.network.name)
    before = model.get_weights()
    release(task.body, first)
    joint_loss = fit_on_images(model, task, task.stage("finetune"))
    if joint_loss >= head_loss:
        task.journal.progress.say(
            f"fine-tuning did not lower the validation loss ({joint_loss:.4f} against {head_loss:.4f});"
            " the weights from before it are kept"
        )
        model.set_weights(before)
    return Trained(model=model, score=scored_by(model, task))


def first_released(body: Any, unfreeze_from: str) -> int:
    """The position of the first layer that is to be trained.

    `unfreeze_from`: a share 0..1 of the layers, from the top; a layer's name; or what the names of a block's
    layers begin with, `block_13` for one. Raises `OptionError` for what is none of these.
    """
    names = [layer.name for layer in body.layers]
    try:
        share = float(unfreeze_from)
    except ValueError:
        share = None
    if share is not None:
        if not 0 <= share <= 1:
            raise OptionError(
                f"--unfreeze-from {unfreeze_from} is outside 0..1, the share of the layers to train",
                tip="--unfreeze-from 0.3, or the name of a layer",
            )
        return round(len(names) * (1 - share))
    for position, name in enumerate(names):
        if name == unfreeze_from or name.startswith(f"{unfreeze_from}_"):
            return position
    raise _no_such_layer(unfreeze_from, names)


def release(body: Any, first: int) -> None:
    """Make the body's layers from position `first` on trainable, and freeze the others.

    BatchNormalization stays frozen everywhere, by which Keras also runs it in inference mode: statistics of
    small batches would undo what the network has learnt.
    """
    for index, layer in enumerate(body.layers):
        layer.trainable = index >= first and not isinstance(layer, keras.layers.BatchNormalization)


def _no_such_layer(name: str, names: list[str]) -> OptionError:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=3, cutoff=0.4) or names[-3:]
    return OptionError(
        f"--unfreeze-from {name!r} is no layer of the network",
        tip=f"near are {', '.join(near)}; or a share, 0.5 for the upper half of {len(names)} layers",
    )
