"""Fold the input normalisation into the first convolutions, so that raw pixels are the input.

Requires a graph whose input passes through elementwise MUL, ADD or SUB with constants. Ensures that the
input tensor holds `raw - input_offset` and that the scale lives in the weights of its readers. What cannot
be folded exactly (a mean per channel before a padded convolution, a reader without weights) becomes one
1x1 depthwise convolution: exact too, and the same integer arithmetic in every runtime.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph.model import WEIGHTED, Graph, Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """`scale * (raw - offset)`, each of shape [1] or [channels], float64."""

    scale: NDArray[np.float64]
    offset: NDArray[np.float64]


def fold_normalisation(graph: Graph) -> Graph:
    """Return the graph on raw pixels; unchanged when its input is not normalised."""
    normalisation, normalised, chain = _read_chain(graph)
    if not chain:
        return graph
    rest = tuple(operator for operator in graph.operators if operator not in chain)
    graph = replace(graph, operators=rest)
    if normalisation.offset.size > 1 or not _only_weighted_readers(graph, normalised):
        return _as_operator(graph, normalisation, normalised)
    # Every tensor between the normalisation and its convolutions (a PAD's output) scales with it.
    renamed = _rename(graph, normalised, graph.input)
    scaled = _scale_weights(renamed, graph.input, normalisation.scale)
    return replace(scaled, input_offset=float(normalisation.offset[0]))


def with_integer_offset(graph: Graph) -> Graph:
    """The graph with its input offset rounded, for a uint8 input whose zero point it becomes.

    The first biases take up the difference, exactly but for padded borders, which then pad with a value up
    to half a grey level off.
    """
    offset = float(np.round(graph.input_offset))
    difference = offset - graph.input_offset
    if difference == 0:
        return graph
    changed = {}
    for reader in _weighted_readers(graph, graph.input):
        weights, bias = (graph.constants[name] for name in reader.inputs[1:])
        changed[reader.inputs[2]] = bias + np.float32(difference) * _sum_per_output(reader, weights)
    return replace(graph.with_constants(changed), input_offset=offset)


def normalisation_as_operator(graph: Graph) -> Graph:
    """Undo the folding of an offset: the input becomes raw pixels, the subtraction a depthwise convolution."""
    fresh = f"{graph.input}:normalised"
    kept = _rename(graph, graph.input, fresh)
    one = np.ones(1)
    normalisation = Normalisation(scale=one, offset=one * graph.input_offset)
    return _as_operator(replace(kept, input_offset=0.0), normalisation, fresh)


def _read_chain(graph: Graph) -> tuple[Normalisation, str, list[Operator]]:
    scale, shift = np.ones(1), np.zeros(1)
    tensor, chain = graph.input, list[Operator]()
    while True:
        readers = graph.consumers(tensor)
        constant = _constant_operand(graph, readers[0], tensor) if len(readers) == 1 else None
        if constant is None or readers[0].activation != "NONE":
            break
        if readers[0].kind == "MUL":
            scale, shift = scale * constant, shift * constant
        elif readers[0].kind == "ADD":
            shift = shift + constant
        else:
            shift = shift - constant
        chain.append(readers[0])
        tensor = readers[0].output
    return Normalisation(scale=scale, offset=_as_scalar_if_equal(-shift / scale)), tensor, chain


def _constant_operand(graph: Graph, operator: Operator, tensor: str) -> NDArray[np.float64] | None:
    """The scalar or per-channel constant of MUL, ADD or `tensor - constant`, as a vector; None otherwise."""
    if operator.kind not in ("MUL", "ADD", "SUB") or (
        operator.kind == "SUB" and operator.inputs[0] != tensor
    ):
        return None
    others = [graph.constants[name] for name in operator.inputs if name in graph.constants]
    channels = graph.input_shape[3]
    if len(others) != 1 or (others[0].size, *others[0].shape[-1:]) not in (
        (1,),
        (1, 1),
        (channels, channels),
    ):
        return None
    return others[0].reshape(-1).astype(np.float64)


def _as_scalar_if_equal(offset: NDArray[np.float64]) -> NDArray[np.float64]:
    # float32 constants such as 1/127.5 give offsets that differ from 127.5 in the eighth digit.
    rounded = np.round(offset * 1000) / 1000
    near = np.where(np.abs(rounded - offset) < 1e-4, rounded, offset)
    return near[:1] if np.all(near == near[0]) else near


def _only_weighted_readers(graph: Graph, tensor: str) -> bool:
    readers = graph.consumers(tensor)
    return bool(readers) and all(
        operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D")
        or (operator.kind == "PAD" and _only_weighted_readers(graph, operator.output))
        for operator in readers
    )


def _weighted_readers(graph: Graph, tensor: str) -> list[Operator]:
    found = []
    for operator in graph.consumers(tensor):
        found += _weighted_readers(graph, operator.output) if operator.kind == "PAD" else [operator]
    return [operator for operator in found if operator.kind in WEIGHTED]


def _scale_weights(graph: Graph, tensor: str, scale: NDArray[np.float64]) -> Graph:
    changed = {}
    for reader in _weighted_readers(graph, tensor):
        weights = graph.constants[reader.inputs[1]].astype(np.float64)
        changed[reader.inputs[1]] = (weights * scale[:, None]).astype(np.float32)
    return graph.with_constants(changed)


def _sum_per_output(reader: Operator, weights: NDArray[Any]) -> NDArray[np.float32]:
    axes = (0, 1) if reader.kind == "DEPTHWISE_CONV_2D" else tuple(range(weights.ndim - 1))
    total: NDArray[np.float32] = weights.sum(axes, dtype=np.float64).reshape(-1).astype(np.float32)
    return total


def _as_operator(graph: Graph, normalisation: Normalisation, output: str) -> Graph:
    channels = graph.input_shape[3]
    scale = np.broadcast_to(normalisation.scale, channels).astype(np.float32)
    bias = np.broadcast_to(-normalisation.offset * normalisation.scale, channels).astype(np.float32)
    names = (f"{output}:scale", f"{output}:shift")
    operator = Operator(
        kind="DEPTHWISE_CONV_2D",
        inputs=(graph.input, *names),
        output=output,
        options={"stride": (1, 1), "dilation": (1, 1), "padding": "VALID", "multiplier": 1},
    )
    constants = {names[0]: scale.reshape(1, 1, channels, 1), names[1]: bias}
    return replace(graph.with_constants(constants), operators=(operator, *graph.operators))


def _rename(graph: Graph, old: str, new: str) -> Graph:
    operators = tuple(
        replace(operator, inputs=tuple(new if name == old else name for name in operator.inputs))
        for operator in graph.operators
    )
    return replace(graph, operators=operators)
