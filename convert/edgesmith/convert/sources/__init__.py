"""Where models come from. Every source ends as one float `.tflite` and a way to ask the original."""

from edgesmith.convert.sources.load import load_source
from edgesmith.convert.sources.source import Source

__all__ = ["Source", "load_source"]
