"""Networks of which every layer learns."""

from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.recipes.task import Task
from edgesmith.train.zoo.network import build_head, join

# keras.applications has 0.99 (MobileNetV1) and 0.999 (V2, V3), which suit the million steps of ImageNet: after
# a few thousand, validation would still see the statistics of the first ones.
_HIGHEST_MOMENTUM = 0.9


def whole_network(task: Task) -> Any:
    """Body and a new head, all of it trainable, its BatchNormalization fit for short trainings.

    A network of the user's is whole already, and stays as it was built.
    """
    if task.plan.network.classifier is not None:
        return task.body
    head = build_head(
        task.body.output.shape[-1], len(task.labels), dropout=task.plan.fitting.dropout, sigmoid=task.sigmoid
    )
    model = join(task.body, head, name=task.plan.network.name)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, _HIGHEST_MOMENTUM)
    return model
