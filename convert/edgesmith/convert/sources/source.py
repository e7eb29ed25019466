"""What the conversion knows of a model, whatever it came from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.runrecord import RunRecord

Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`flatbuffer`: the model as float TFLite, batch 1. `predict`: the original model's output [n, classes]
    for its own input, float32 [n, height, width, channels]. `run`: what training left, where there is a RUN.
    """

    framework: str
    sha256: str
    flatbuffer: bytes
    predict: Predict
    run: RunRecord | None
