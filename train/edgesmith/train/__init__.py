"""Training: from a folder of images to a Keras model.

>>> from edgesmith.train import TrainingPlan, train
>>> record = train(TrainingPlan(data=Path("flowers"), output=Path("runs/flowers")))
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgesmith.train.plan import TrainingPlan
    from edgesmith.train.training import train

__all__ = ["TrainingPlan", "train"]


def __getattr__(name: str) -> Any:
    # PEP 562: `edgesmith train --help` imports this package and must not wait seconds for TensorFlow.
    if name == "TrainingPlan":
        from edgesmith.train.plan import TrainingPlan

        return TrainingPlan
    if name == "train":
        from edgesmith.train.training import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
