"""ONNX Runtime on the CPU."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edgesmith.runtime import cpu
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP, closed, inference_failed
from edgesmith.runtime.engines.options import DEFAULT_OPTIONS, EngineOptions
from edgesmith.runtime.engines.pixels import require_fit, write_pixels
from edgesmith.runtime.engines.toonew import is_too_new, too_new
from edgesmith.runtime.errors import EngineError, ModelFileError

_DTYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
}
_SILENT = 4  # only fatal messages; errors come as exceptions


class OnnxEngine:
    """A `.onnx` in an inference session on the CPU provider."""

    def __init__(self, path: Path, *, threads: int, options: EngineOptions = DEFAULT_OPTIONS) -> None:
        """Load and optimize.

        Raises `ModelFileError` for a damaged file or one that is no classifier, `EngineError` for one too new.
        """
        self.name = f"onnxruntime {onnxruntime.__version__}"
        self._path = path
        try:
            session = onnxruntime.InferenceSession(
                str(path),
                session_options(threads, options),
                providers=["CPUExecutionProvider"],
                # Else it prints to stdout that it tries the CPU provider again.
                enable_fallback=0,
            )
        # onnxruntime's exceptions share no base class below Exception (onnxruntime_pybind11_state).
        except Exception as error:
            raise _explain(path, self.name, str(error)) from error
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelFileError(
                f"{path.name}: {len(inputs)} inputs and {len(outputs)} outputs; a classifier has one of each",
                tip=CLASSIFIER_TIP,
            )
        self._input, self._outputs = inputs[0].name, [outputs[0].name]
        self.input_shape, self.input_dtype = _shape(path, inputs[0]), _dtype(path, inputs[0])
        self.output_shape, self.output_dtype = _shape(path, outputs[0]), _dtype(path, outputs[0])
        self._buffer = np.empty(self.input_shape, self.input_dtype)
        self._session: onnxruntime.InferenceSession | None = session
        self._turn = threading.Lock()  # the buffer is one for all threads

    def run(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """One inference: the output row [classes]. Raises `EngineError` when the engine fails or is closed."""
        with self._turn:
            session = self._session
            if session is None:
                raise closed(self._path)
            try:
                require_fit(pixels, self.input_shape, self.input_dtype)
                if pixels.dtype != self.input_dtype or not pixels.flags.c_contiguous:
                    write_pixels(pixels, self._buffer)
                    pixels = self._buffer
                row: NDArray[Any] = session.run(self._outputs, {self._input: pixels})[0][0]
            except Exception as error:  # as above
                raise inference_failed(self._path, self.name, error) from error
            return row

    def close(self) -> None:
        """Drop the session."""
        with self._turn:
            self._session = None


def session_options(threads: int, chosen: EngineOptions) -> Any:
    """How a session is set up here, for `OnnxEngine` and for the profiler of `bench`."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    options.enable_cpu_mem_arena = chosen.memory_arena
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if chosen.spinning else "0")
    if cpu.saturates_int8():
        # The slower exact product; on machines with VNNI it costs 2.3 times and changes nothing.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _explain(path: Path, engine: str, message: str) -> EngineError | ModelFileError:
    if is_too_new(message):
        return too_new(path, engine, message)
    return ModelFileError(
        f"{path.name}: {engine} cannot load it: {message.splitlines()[0]}",
        tip="copy or convert it again; a newer onnxruntime may be needed",
    )


def _shape(path: Path, value: Any) -> tuple[int, ...]:
    shape = tuple(value.shape)
    if not all(isinstance(size, int) for size in shape):
        raise ModelFileError(
            f"{path.name}: {value.name} has the open shape {shape}; fixed sizes are needed",
            tip=CLASSIFIER_TIP,
        )
    return shape


def _dtype(path: Path, value: Any) -> np.dtype[Any]:
    if value.type not in _DTYPES:
        raise ModelFileError(
            f"{path.name}: {value.name} is a {value.type}, not an image or scores", tip=CLASSIFIER_TIP
        )
    return np.dtype(_DTYPES[value.type])
