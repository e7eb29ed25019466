"""What one epoch gave. Free of heavy imports."""

from dataclasses import dataclass
from typing import Literal

Criterion = Literal["val_loss", "val_accuracy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch of one stage, counted from 1. Losses are cross-entropies in nats, accuracies shares 0..1."""

    stage: str
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
