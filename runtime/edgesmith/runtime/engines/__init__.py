"""Engines: one small interface over ai-edge-litert, tflite-runtime, TensorFlow and onnxruntime."""

from edgesmith.runtime.engines.choose import ENGINE_NAMES, EngineName, available_engines, open_engine
from edgesmith.runtime.engines.interface import Engine
from edgesmith.runtime.engines.options import EngineOptions

__all__ = ["ENGINE_NAMES", "Engine", "EngineName", "EngineOptions", "available_engines", "open_engine"]
