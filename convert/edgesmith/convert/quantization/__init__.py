"""Quantization of the operator graph: ranges, scales, bias correction."""
