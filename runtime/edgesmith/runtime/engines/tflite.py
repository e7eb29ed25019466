"""The TFLite interpreter, as ai-edge-litert and tflite-runtime ship it."""

import importlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines.interface import CLASSIFIER_TIP, inference_failed
from edgesmith.runtime.errors import EngineError, ModelFileError

TFLitePackage = Literal["ai-edge-litert", "tflite-runtime"]
_MODULES: dict[TFLitePackage, str] = {
    "ai-edge-litert": "ai_edge_litert.interpreter",
    "tflite-runtime": "tflite_runtime.interpreter",
}


class TFLiteEngine:
    """A `.tflite` in an interpreter with the package's default delegate (XNNPACK where it has it)."""

    def __init__(self, path: Path, *, threads: int, package: TFLitePackage) -> None:
        """Load and allocate. Raises `ModelFileError` for a damaged file, `EngineError` for one too new."""
        interpreter_class: Any = importlib.import_module(_MODULES[package]).Interpreter
        self.name = f"{package} {version(package)}"
        self._path = path
        try:
            self._interpreter = interpreter_class(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _explain(path, self.name, error) from error
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelFileError(
                f"{path.name}: {len(inputs)} inputs and {len(outputs)} outputs; a classifier has one of each",
                tip=CLASSIFIER_TIP,
            )
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        self.input_shape = tuple(int(size) for size in inputs[0]["shape"])
        self.output_shape = tuple(int(size) for size in outputs[0]["shape"])
        self.input_dtype: np.dtype[Any] = np.dtype(inputs[0]["dtype"])
        self.output_dtype: np.dtype[Any] = np.dtype(outputs[0]["dtype"])

    def run(self, batch: NDArray[Any]) -> NDArray[Any]:
        """One inference: the output row [classes], a copy. Raises `EngineError` when the engine fails."""
        interpreter = self._interpreter
        try:
            interpreter.set_tensor(self._input, batch)
            interpreter.invoke()
            row: NDArray[Any] = interpreter.get_tensor(self._output)[0]
        except (RuntimeError, ValueError) as error:
            raise inference_failed(self._path, self.name, error) from error
        return row

    def close(self) -> None:
        """Drop the interpreter, and with it the mapped file."""
        del self._interpreter


def _explain(path: Path, engine: str, error: Exception) -> EngineError | ModelFileError:
    text = str(error)
    # "Didn't find op for builtin opcode …" and "Op builtin_code out of range", both in LiteRT and tflite-runtime.
    if "newer model" in text:
        return EngineError(
            f"{path.name}: {engine} is too old for an operator in it: {text.splitlines()[0]}",
            tip="install a newer ai-edge-litert, or use the float32 or int8 file",
        )
    return ModelFileError(
        f"{path.name}: {engine} cannot load it: {text.splitlines()[0] if text else type(error).__name__}",
        tip="copy or convert it again",
    )
