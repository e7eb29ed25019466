"""Scores: what a classifier says of one picture. Works on numbers alone, without any model."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import OptionError

# A uint8 output holds q for the probability q / 256, an int8 one q for (q + 128) / 256: the fixed output
# scale of SOFTMAX and LOGISTIC in TFLite's 8-bit quantization specification.
UINT8_SCALE = 1 / 256
_INT8_ZERO_POINT = -128
_SCALE = np.float32(UINT8_SCALE)

_UINT8, _INT8 = np.dtype(np.uint8).char, np.dtype(np.int8).char


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One class: its label, its probability 0..1 and its index in the model's output."""

    label: str
    score: float
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Probabilities of all classes, float32 [classes], in the order of `labels`."""

    labels: Sequence[str]
    values: NDArray[np.float32]

    def top(self, count: int = 1) -> list[Prediction]:
        """The `count` most probable classes, best first; equal scores by index, lowest first.

        All classes, where there are fewer. Raises `OptionError` for any other count.
        """
        if not (isinstance(count, Integral) and count >= 1):
            raise OptionError(
                f"top({count!r}); a whole number, at least 1, is needed", tip="top(3), for instance"
            )
        order = np.argsort(-self.values, kind="stable")[:count]
        return [
            Prediction(label=self.labels[index], score=float(self.values[index]), index=int(index))
            for index in order
        ]


def probabilities(row: NDArray[Any], *, classes: int) -> NDArray[np.float32]:
    """One output row, uint8, int8 or float, as probabilities float32 [classes].

    A single value is the probability of the second of two classes (one sigmoid output).
    Raises `ValueError` when the row does not fit the number of classes.
    """
    kind = (
        row.dtype.char
    )  # letters: comparing types took 30 of the 100 us that a call costs beside the engine
    values = row.astype(np.float32)
    if kind == _INT8:
        values -= _INT8_ZERO_POINT
    if kind in (_UINT8, _INT8):
        values *= _SCALE
    if values.shape == (1,) and classes == 2:
        values = np.array([1 - values[0], values[0]], np.float32)
    if values.shape != (classes,):
        raise ValueError(f"an output of shape {row.shape} for {classes} labels")
    return values
