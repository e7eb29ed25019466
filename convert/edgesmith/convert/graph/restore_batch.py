"""Undo a RESHAPE that loses the batch: TensorFlow's optimiser makes them of additions at one pixel.

It turns the sum of two tensors [1, 1, 1, c] into a bias addition, the one squeezed to [c] by RESHAPE. That is equal
for one image and wrong for more. Ensures that every activation's first axis is the batch.
"""

from collections.abc import Mapping
from dataclasses import replace

from edgesmith.convert.graph.model import Graph, Operator


def restore_batch(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> Graph:
    """Return the graph with such RESHAPEs left out. `shapes`: of every tensor, batch first."""
    for reshape in [operator for operator in graph.operators if operator.kind == "RESHAPE"]:
        if not _loses_batch(reshape, graph, shapes):
            continue
        (source,) = reshape.inputs
        operators = tuple(
            replace(
                operator,
                inputs=tuple(source if name == reshape.output else name for name in operator.inputs),
            )
            for operator in graph.operators
            if operator.output != reshape.output
        )
        graph = replace(graph, operators=operators)
    return graph


def _loses_batch(reshape: Operator, graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    before, after = shapes[reshape.inputs[0]], shapes[reshape.output]
    return (
        len(after) == 1
        and before == (*(1,) * (len(before) - 1), *after)
        and all(
            operator.kind == "ADD" and shapes[operator.output] == before
            for operator in graph.consumers(reshape.output)
        )
    )
