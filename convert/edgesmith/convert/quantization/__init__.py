"""Quantization of the operator graph: ranges, scales, rounding, bias correction.

Nothing is imported here: `scheme` is needed to list the command's options, without TensorFlow.
"""
