"""A quantized graph, run in float: each value on the grid that its int8 file has for it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import apply
from edgesmith.convert.graph.model import SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights


def simulate(quantized: QuantizedGraph, values: Any) -> dict[str, Any]:
    """Every activation by name, the input included, for input values [n, height, width, channels], float32.

    Works on eager tensors and while tracing: the traced fake-quant operators are what TensorFlow's converter
    makes an int8 file of.
    """
    graph = quantized.graph
    tensors = {graph.input: quantized.ranges[graph.input].fake_quantize(values)}
    for operator in graph.operators:
        tensors[operator.output] = _simulate_operator(quantized, operator, tensors)
    return tensors


def _simulate_operator(quantized: QuantizedGraph, operator: Operator, tensors: Mapping[str, Any]) -> Any:
    constants = quantized.graph.constants
    operands = [tensors[name] if name in tensors else constants[name] for name in operator.inputs]
    if operator.kind in WEIGHTED:
        bounds = quantized.weight_bounds[operator.inputs[1]]
        operands[1] = fake_quantize_weights(operator.kind, operands[1], bounds)
    else:
        operands = [_rounded_constant(operand) for operand in operands]
    result = apply(operator, operands)
    # The converter carries a scale through these by itself; a second one would cost a requantization.
    return result if operator.kind in SAME_SCALE else quantized.ranges[operator.output].fake_quantize(result)


def _rounded_constant(operand: Any) -> Any:
    if not isinstance(operand, np.ndarray):
        return operand
    return ActivationRange.covering(float(operand.min()), float(operand.max())).fake_quantize(operand)
