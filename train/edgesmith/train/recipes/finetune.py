"""The head first, as in `features`; then the top of the network with it, at a low learning rate.

`edgesmith train cats_dogs -o RUN --model efficientnet_lite0 --recipe finetune`; measured in the README.
"""

from typing import Any

from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.backend import keras
from edgesmith.train.fitting import Stage, fit
from edgesmith.train.pipeline import image_batches
from edgesmith.train.recipes.features import Features, fit_head
from edgesmith.train.recipes.task import Task, Trained, run_over
from edgesmith.train.zoo.network import join

_HEAD_EPOCHS = 60
_PATIENCE = 3
_LEARNING_RATE = 1e-4

# Of the body's layers. The lower ones see edges and textures, which serve every kind of photo.
_TOP_SHARE = 0.5


def train_finetune(task: Task) -> Trained:
    """Fit the head on cached features, then head and top jointly; keep the head's model if that is better."""
    splits: tuple[SplitName, ...] = ("train", "val")
    features: Features = {
        split: run_over(task.body, task, split, name=f"features {split}") for split in splits
    }
    head, head_loss = fit_head(task, features, epochs=_HEAD_EPOCHS)
    model = join(task.body, head, name=task.plan.network.name)
    before = model.get_weights()
    release_top(task.body, share=_TOP_SHARE)
    joint_loss = _fit_jointly(model, task)
    if joint_loss >= head_loss:
        task.journal.progress.say(
            f"fine-tuning did not lower the validation loss ({joint_loss:.4f} against {head_loss:.4f});"
            " the weights from before it are kept"
        )
        model.set_weights(before)
    return Trained(model=model, score=lambda split: run_over(model, task, split, name=f"score {split}"))


def release_top(body: Any, *, share: float) -> None:
    """Make the top `share` (0..1) of the body's layers trainable, and freeze the others.

    BatchNormalization stays frozen everywhere, by which Keras also runs it in inference mode: statistics of
    small batches would undo what the network has learnt.
    """
    first = round(len(body.layers) * (1 - share))
    for index, layer in enumerate(body.layers):
        layer.trainable = index >= first and not isinstance(layer, keras.layers.BatchNormalization)


def _fit_jointly(model: Any, task: Task) -> float:
    plan, images = task.plan, task.images
    training = image_batches(images["train"], batch_size=plan.batch_size, shuffle_seed=plan.seed)
    rate = keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, len(training) * plan.epochs)
    return fit(
        model,
        training=training,
        validation=image_batches(images["val"], batch_size=plan.batch_size),
        stage=Stage(
            name="finetune", epochs=plan.epochs, patience=_PATIENCE, optimizer=keras.optimizers.Adam(rate)
        ),
        journal=task.journal,
    )
