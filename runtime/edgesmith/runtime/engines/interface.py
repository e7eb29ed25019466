"""What the rest of the runtime knows of an engine."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Engine(Protocol):
    """A loaded model: one input tensor in, one row of output values out."""

    @property
    def name(self) -> str:
        """The package and its version, `ai-edge-litert 2.3.0`."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Usually [1, height, width, channels]."""

    @property
    def input_dtype(self) -> np.dtype[Any]:
        """uint8 for int8 files, else float32."""

    @property
    def output_shape(self) -> tuple[int, ...]:
        """[1, classes]."""

    @property
    def output_dtype(self) -> np.dtype[Any]:
        """uint8 for int8 files, else float32."""

    def run(self, batch: NDArray[Any]) -> NDArray[Any]:
        """One inference. `batch` has `input_shape` and `input_dtype`; the result [classes] is the caller's."""

    def close(self) -> None:
        """Free the model. The engine is not to be used again."""
