"""Engines: one small interface over ai-edge-litert, tflite-runtime and onnxruntime."""

from edgesmith.runtime.engines.choose import ENGINE_NAMES, EngineName, available_engines, open_engine
from edgesmith.runtime.engines.interface import Engine

__all__ = ["ENGINE_NAMES", "Engine", "EngineName", "available_engines", "open_engine"]
