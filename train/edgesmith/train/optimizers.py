"""`--optimizer`, and how its rate falls."""

from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.plan import OptimizerName

# Of the gradients' running mean, of Sutskever et al. 2013; what keras.applications' networks were trained with.
_SGD_MOMENTUM = 0.9


def make_optimizer(name: OptimizerName, *, rate: float, steps: int | None, accumulated: int = 1) -> Any:
    """A Keras optimizer whose learning rate falls from `rate` to zero along half a cosine.

    `steps`: batches of the whole training; None leaves the rate as it is. `accumulated`: batches whose gradients are averaged into one step.
    """
    schedule = rate if steps is None else keras.optimizers.schedules.CosineDecay(rate, steps)
    options: dict[str, Any] = {"gradient_accumulation_steps": accumulated} if accumulated > 1 else {}
    if name == "sgd":
        return keras.optimizers.SGD(schedule, momentum=_SGD_MOMENTUM, nesterov=True, **options)
    kinds = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "rmsprop": keras.optimizers.RMSprop,
    }
    return kinds[name](schedule, **options)
