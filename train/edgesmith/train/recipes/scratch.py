"""The whole network, from random weights or from those of `--weights FILE`.

`edgesmith train digits -o RUN --model separable_small`; measured in the README.
"""

from edgesmith.train.backend import keras
from edgesmith.train.fitting import Stage, fit
from edgesmith.train.pipeline import image_batches
from edgesmith.train.recipes.features import DROPOUT
from edgesmith.train.recipes.task import Task, Trained, run_over
from edgesmith.train.zoo.network import build_head, join

_PATIENCE = 10
_LEARNING_RATE = 3e-3

# keras.applications has 0.99 (MobileNetV1) and 0.999 (V2, V3), which suit the million steps of ImageNet: after
# a few thousand, validation would still see the statistics of the first ones.
_HIGHEST_MOMENTUM = 0.9


def train_scratch(task: Task) -> Trained:
    """Fit everything at once, the learning rate falling along a cosine to zero."""
    plan, images = task.plan, task.images
    head = build_head(task.body.output.shape[-1], len(task.labels), dropout=DROPOUT)
    model = join(task.body, head, name=plan.network.name)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, _HIGHEST_MOMENTUM)
    training = image_batches(images["train"], batch_size=plan.batch_size, shuffle_seed=plan.seed)
    rate = keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, len(training) * plan.epochs)
    fit(
        model,
        training=training,
        validation=image_batches(images["val"], batch_size=plan.batch_size),
        stage=Stage(
            name="scratch", epochs=plan.epochs, patience=_PATIENCE, optimizer=keras.optimizers.Adam(rate)
        ),
        journal=task.journal,
    )
    return Trained(model=model, score=lambda split: run_over(model, task, split, name=f"score {split}"))
