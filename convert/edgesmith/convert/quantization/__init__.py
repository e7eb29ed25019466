"""Quantization of the operator graph: ranges, scales, rounding, bias correction."""

from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import DEFAULT_SCHEME, Scheme

__all__ = ["DEFAULT_SCHEME", "QuantizedGraph", "Scheme", "quantize"]
