"""Fold an explicit PAD into the convolution behind it, where TFLite's own SAME padding is the same.

Requires PAD with zeros read by one VALID convolution only. Ensures equal results: SAME with stride s over n
pixels and an effective window w pads max((ceil(n/s) - 1) * s + w - n, 0) in all, the smaller half first
(TensorFlow documentation, "Notes on padding").
"""

from collections.abc import Mapping
from dataclasses import replace

from edgesmith.convert.graph.model import Graph, Operator


def fold_padding(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> Graph:
    """Return the graph without the PADs that SAME can replace. `shapes`: of every tensor, batch first."""
    for pad in [operator for operator in graph.operators if operator.kind == "PAD"]:
        readers = graph.consumers(pad.output)
        if len(readers) != 1 or not _is_same(pad, readers[0], graph, shapes):
            continue
        (reader,) = readers
        merged = replace(
            reader,
            inputs=(pad.inputs[0], *reader.inputs[1:]),
            options={**reader.options, "padding": "SAME"},
        )
        operators = tuple(
            merged if operator is reader else operator for operator in graph.operators if operator is not pad
        )
        graph = replace(graph, operators=operators)
    return graph


def _is_same(pad: Operator, reader: Operator, graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    if reader.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D") or reader.options["padding"] != "VALID":
        return False
    window = graph.constants[reader.inputs[1]].shape[:2]
    size = shapes[pad.inputs[0]][1:3]
    wanted = [
        _same_padding(
            size[axis], window[axis], reader.options["stride"][axis], reader.options["dilation"][axis]
        )
        for axis in (0, 1)
    ]
    return list(pad.options["paddings"]) == [(0, 0), *wanted, (0, 0)]


def _same_padding(size: int, window: int, stride: int, dilation: int) -> tuple[int, int]:
    effective = (window - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + effective - size, 0)
    return total // 2, total - total // 2
