"""The TFLite interpreter, as ai-edge-litert, tflite-runtime and TensorFlow ship it."""

import importlib
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines.importing import importing
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP, closed, inference_failed
from edgesmith.runtime.engines.options import DEFAULT_OPTIONS, EngineOptions
from edgesmith.runtime.engines.pixels import require_fit, write_pixels
from edgesmith.runtime.engines.toonew import is_too_new, too_new
from edgesmith.runtime.errors import EngineError, ModelFileError

TFLitePackage = Literal["ai-edge-litert", "tflite-runtime", "tensorflow"]
_MODULES: dict[TFLitePackage, str] = {
    "ai-edge-litert": "ai_edge_litert.interpreter",
    "tflite-runtime": "tflite_runtime.interpreter",
    "tensorflow": "tensorflow.lite.python.interpreter",
}


class TFLiteEngine:
    """A `.tflite` in an interpreter with the package's default delegate (XNNPACK where it has it)."""

    def __init__(
        self, path: Path, *, threads: int, package: TFLitePackage, options: EngineOptions = DEFAULT_OPTIONS
    ) -> None:
        """Load and allocate. Raises `ModelFileError` for a damaged file, `EngineError` for one too new.

        `EngineError` for a package that cannot be imported, too.
        """
        with importing(package):
            module: Any = importlib.import_module(_MODULES[package])
            # Its own word for it: `importlib.metadata` would add a tenth to all imports of a cold start.
            self.name = f"{package} {sys.modules[module.__name__.partition('.')[0]].__version__}"
        self._path = path
        try:
            interpreter = _interpreter(path, threads, module, options)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _explain(path, self.name, error) from error
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelFileError(
                f"{path.name}: {len(inputs)} inputs and {len(outputs)} outputs; a classifier has one of each",
                tip=CLASSIFIER_TIP,
            )
        self._interpreter: Any = interpreter
        self._input: Any = interpreter.tensor(inputs[0]["index"])
        self._output = outputs[0]["index"]
        self._turn = threading.Lock()  # an interpreter serves one thread at a time
        self.input_shape = tuple(int(size) for size in inputs[0]["shape"])
        self.output_shape = tuple(int(size) for size in outputs[0]["shape"])
        self.input_dtype: np.dtype[Any] = np.dtype(inputs[0]["dtype"])
        self.output_dtype: np.dtype[Any] = np.dtype(outputs[0]["dtype"])

    def run(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """One inference: the output row [classes], a copy. Raises `EngineError` when it fails or is closed."""
        with self._turn:
            interpreter = self._interpreter
            if interpreter is None:
                raise closed(self._path)
            try:
                # Before the view: an exception would keep it alive, and the interpreter runs only without views.
                require_fit(pixels, self.input_shape, self.input_dtype)
                write_pixels(pixels, self._input())
                interpreter.invoke()
                row: NDArray[Any] = interpreter.get_tensor(self._output)[0]
            except (RuntimeError, ValueError) as error:
                raise inference_failed(self._path, self.name, error) from error
            return row

    def close(self) -> None:
        """Drop the interpreter, and with it the mapped file."""
        with self._turn:
            self._interpreter = self._input = None


def _interpreter(path: Path, threads: int, module: Any, options: EngineOptions) -> Any:
    kinds = module.OpResolverType
    resolver = kinds.AUTO if options.xnnpack else kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    with warnings.catch_warnings():
        # TensorFlow's: that this interpreter moves to ai-edge-litert, which is preferred here anyway.
        warnings.filterwarnings(
            "ignore", message=r".*tf\.lite\.Interpreter is deprecated", category=UserWarning
        )
        return module.Interpreter(
            model_path=str(path), num_threads=threads, experimental_op_resolver_type=resolver
        )


def _explain(path: Path, engine: str, error: Exception) -> EngineError | ModelFileError:
    text = str(error)
    if is_too_new(text):
        return too_new(path, engine, text)
    return ModelFileError(
        f"{path.name}: {engine} cannot load it: {text.splitlines()[0] if text else type(error).__name__}",
        tip="copy or convert it again",
    )
