"""Which engine runs a file: by its format and by what is installed."""

from importlib import import_module
from importlib.util import find_spec
from numbers import Integral
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.cpu import usable_cores
from edgesmith.runtime.engines.importing import importing
from edgesmith.runtime.engines.interface import Engine
from edgesmith.runtime.engines.options import DEFAULT_OPTIONS, EngineOptions
from edgesmith.runtime.errors import EngineError, MissingExtraError
from edgesmith.runtime.modelfile import format_of
from edgesmith.runtime.plaindata import require_plain
from edgesmith.runtime.spec import ModelFormat

EngineName = Literal["ai-edge-litert", "tflite-runtime", "tensorflow", "onnxruntime"]
ENGINE_NAMES: tuple[EngineName, ...] = get_args(EngineName)

# In order of preference; the extra that installs it. TensorFlow takes seconds to import: for machines that
# have nothing else.
_BY_FORMAT: dict[ModelFormat, dict[EngineName, str]] = {
    "tflite": {"ai-edge-litert": "litert", "tflite-runtime": "tflite", "tensorflow": "train"},
    "onnx": {"onnxruntime": "onnx"},
}

MAX_DEFAULT_THREADS = 4  # the cores of every Raspberry Pi since the 2; small models gain nothing from more
MAX_THREADS = 256  # more than any device has cores; with 100,000, ai-edge-litert crashes the process


def available_engines(model_format: ModelFormat) -> list[EngineName]:
    """The installed engines for a format, the preferred one first."""
    return [name for name in _BY_FORMAT[model_format] if find_spec(name.replace("-", "_")) is not None]


def extras_of(model_format: ModelFormat) -> dict[EngineName, str]:
    """The engines for a format, the preferred one first, each with the extra that installs it."""
    return dict(_BY_FORMAT[model_format])


def open_engine(
    path: Path,
    *,
    threads: int | None = None,
    engine: EngineName | None = None,
    options: EngineOptions = DEFAULT_OPTIONS,
) -> Engine:
    """Load a model file.

    `threads`: the machine's cores, at most 4, unless given. `engine`: the preferred installed one unless
    given. Raises `MissingExtraError` when none is installed, `EngineError` for an engine that does not read
    this format or is installed and broken, `ModelFileError` for a file that no engine can load.
    """
    if not isinstance(options, EngineOptions):
        raise TypeError(f"options {options!r}; EngineOptions are needed")
    extras = _BY_FORMAT[format_of(path)]
    if engine is not None and engine not in extras:
        raise EngineError(
            f"{engine} does not run {path.suffix} files", tip=f"--engine {' or '.join(extras)} does"
        )
    installed = available_engines(format_of(path))
    chosen = engine if engine is not None else next(iter([*installed, *extras]))
    if chosen not in installed:
        raise MissingExtraError(chosen, extra=extras[chosen])
    if threads is not None and not (isinstance(threads, Integral) and 1 <= threads <= MAX_THREADS):
        raise EngineError(
            f"{threads!r} threads; a whole number from 1 to {MAX_THREADS} is needed",
            tip="--threads 4, for instance; without it, the machine's cores",
        )
    require_plain(path)
    threads = threads or min(usable_cores(), MAX_DEFAULT_THREADS)
    if chosen == "onnxruntime":
        with importing(chosen):
            import_module("onnxruntime")
        from edgesmith.runtime.engines.onnx import OnnxEngine

        return OnnxEngine(path, threads=threads, options=options)
    from edgesmith.runtime.engines.tflite import TFLiteEngine

    return TFLiteEngine(path, threads=threads, package=chosen, options=options)
