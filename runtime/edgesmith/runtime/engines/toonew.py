"""What to tell of a model file that an engine is too old for: what it needs, and what to use instead."""

import re
from pathlib import Path

from edgesmith.runtime.engines.versions import first_release
from edgesmith.runtime.errors import EngineError

# Precisions whose files hold operators that every TFLite engine since 2.14 knows, the fastest first.
_RUN_EVERYWHERE = ("int8", "float32", "float16")

# All TFLite engines say "Didn't find op for builtin opcode 'X' version 'N'. …" or "Op builtin_code out of
# range: N. Are you using old TFLite binary with newer model?".
_TFLITE_MARK = "newer model"
_OPERATOR = re.compile(r"builtin opcode '(\w+)' version '(\d+)'")
# ONNX Runtime, after a long C++ signature; the second number is the newest that it reads.
_ONNX_VERSION = re.compile(
    r"model (IR version): (\d+), max supported IR version: (\d+)|(Opset) (\d+) is under.* till opset (\d+)",
    re.DOTALL,
)


def is_too_new(message: str) -> bool:
    """Whether an engine's message says that the file is newer than the engine."""
    return _TFLITE_MARK in message or _ONNX_VERSION.search(message) is not None


def too_new(path: Path, engine: str, message: str) -> EngineError:
    """The error for a file that `engine` is too old for. `message`: what the engine said."""
    return EngineError(f"{path.name}: {engine} is too old for it: {_what(message)}", tip=_instead(path))


def _what(message: str) -> str:
    operator = _OPERATOR.search(message)
    if operator is not None:
        release = first_release(operator[1], int(operator[2]))
        came_with = f", which came with TensorFlow Lite {release}" if release else ""
        return f"operator {operator[1]} version {operator[2]}{came_with}"
    onnx = _ONNX_VERSION.search(message)
    if onnx is not None:
        kind, number, newest = (group for group in onnx.groups() if group is not None)
        return f"ONNX {kind} {number}, and it reads up to {newest}"
    return message.splitlines()[0].partition(". Are you")[0]


def _instead(path: Path) -> str:
    package = "ai-edge-litert" if path.suffix.lower() == ".tflite" else "onnxruntime"
    newer = f"pip install --upgrade {package}"
    stem = path.stem.rpartition("-")[0]
    beside = [path.with_name(f"{stem}-{precision}{path.suffix}") for precision in _RUN_EVERYWHERE]
    usable = [file.name for file in beside if file != path and file.is_file()]
    if usable:
        return f"use {' or '.join(usable)}, which is beside it; or {newer}"
    return f"{newer}; or convert with --precision int8 or float32, which older engines run"
