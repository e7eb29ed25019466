"""What the rest of the runtime knows of an engine."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import EngineError

CLASSIFIER_TIP = "an image classifier has one input [1, height, width, channels] and one output [1, classes]"


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
        """uint8 or int8 for int8 files, or float32, which all others have."""

    @property
    def output_shape(self) -> tuple[int, ...]:
        """[1, classes]."""

    @property
    def output_dtype(self) -> np.dtype[Any]:
        """uint8 or int8 for int8 files, or float32, which all others have."""

    def run(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """One inference. The result, a row [classes] of `output_dtype`, is the caller's.

        `pixels`: raw pixels 0..255, uint8 of `input_shape`, whatever type the tensor has (an int8 tensor gets
        them minus 128); or values of `input_dtype` other than uint8, which are taken as they are.
        Threads may share an engine: they take turns. Raises `EngineError` when the engine fails at it, or is
        closed.
        """

    def close(self) -> None:
        """Free the model, once no thread runs it. The engine cannot be used again; closing it again is fine."""


def inference_failed(path: Path, engine: str, error: Exception) -> EngineError:
    """The error for an engine that loaded the file and then failed to run it."""
    lines = str(error).splitlines() or [type(error).__name__]
    return EngineError(
        f"{path.name}: {engine} failed to run it: {lines[0]}",
        tip="`edgesmith verify` says whether the file is intact; a newer engine may be needed",
    )


def closed(path: Path) -> EngineError:
    """The error for an engine that is used after `close`."""
    return EngineError(
        f"{path.name}: the classifier is closed", tip="use it before `close`, or open it again"
    )
