"""A quantized graph, run in float: each value on the grid that its int8 file has for it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import apply
from edgesmith.convert.graph.model import SAME_SCALE, WEIGHTED
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights

Seal = Callable[[Any], Any]
"""Marks a float tensor that integer operators read, before it is rounded for them; see `float_seal.py`."""


def _unsealed(values: Any) -> Any:
    return values


def simulate(quantized: QuantizedGraph, values: Any, *, seal: Seal = _unsealed) -> dict[str, Any]:
    """Every activation by name, the input included, for input values [n, height, width, channels], float32.

    Works on eager tensors and while tracing: the traced fake-quant operators are what TensorFlow's converter
    makes an int8 file of. What an operator kept float puts out is rounded only for integer readers and as the
    graph's output.
    """
    graph = quantized.graph
    tensors = {graph.input: quantized.ranges[graph.input].fake_quantize(values)}
    for operator in graph.operators:
        operands = operands_of(
            quantized, operator, rounded_constants(quantized, operator), tensors, seal=seal
        )
        tensors[operator.output] = round_output(quantized, operator, apply(operator, operands))
    if graph.output in quantized.keep_float:
        tensors[graph.output] = quantized.ranges[graph.output].fake_quantize(seal(tensors[graph.output]))
    return tensors


def rounded_constants(quantized: QuantizedGraph, operator: Operator) -> dict[str, Any]:
    """The operator's constant operands by name, rounded unless it stays float. Biases are never rounded."""
    graph = quantized.graph
    constants: dict[str, Any] = {
        name: graph.constants[name] for name in operator.inputs if name in graph.constants
    }
    if operator.output in quantized.keep_float:
        return constants
    if operator.kind not in WEIGHTED:
        return {name: _round_constant(constant) for name, constant in constants.items()}
    weights = operator.inputs[1]
    rounded = fake_quantize_weights(operator.kind, constants[weights], quantized.weight_bounds[weights])
    return {**constants, weights: rounded}


def operands_of(
    quantized: QuantizedGraph,
    operator: Operator,
    constants: Mapping[str, Any],
    tensors: Mapping[str, Any],
    *,
    seal: Seal = _unsealed,
) -> list[Any]:
    """The operator's operands, constants and activations, as it gets them."""
    integer = operator.output not in quantized.keep_float
    return [
        quantized.ranges[name].fake_quantize(seal(tensors[name]))
        if integer and name in quantized.keep_float
        else tensors[name]
        if name in tensors
        else constants[name]
        for name in operator.inputs
    ]


def round_output(quantized: QuantizedGraph, operator: Operator, values: Any) -> Any:
    """The operator's output on its grid; as it is from an operator that stays float."""
    # The converter carries a scale through these by itself; a second one would cost a requantization.
    if operator.kind in SAME_SCALE or operator.output in quantized.keep_float:
        return values
    return quantized.ranges[operator.output].fake_quantize(values)


def _round_constant(constant: NDArray[np.float32]) -> Any:
    return ActivationRange.covering(float(constant.min()), float(constant.max())).fake_quantize(constant)
