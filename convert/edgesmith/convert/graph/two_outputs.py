"""One sigmoid output becomes two softmax outputs, so that a file holds one probability for each label.

The second of two classes has the probability sigmoid(z), which is the second of softmax(-z/2, z/2). MediaPipe and
Android read as many labels as there are outputs. A dense layer in front takes the halves into its weights.
"""

from dataclasses import replace

import numpy as np

from edgesmith.convert.graph.model import Graph, Operator

_HALVES = np.array([[-0.5, 0.5]], np.float32)


def with_two_outputs(graph: Graph) -> Graph:
    """Return the graph with outputs [1, 2]. Requires that it ends in a LOGISTIC of one logit, [1, 1]."""
    *others, last = graph.operators
    (logit,) = last.inputs
    softmax = Operator(kind="SOFTMAX", inputs=(f"{logit}:halves",), output=last.output, options={"beta": 1.0})
    dense = graph.producer(logit)
    names = (f"{logit}:halves:weights", f"{logit}:halves:bias")
    if dense is not None and _can_take_them(dense, graph):
        values, weights, bias = dense.inputs
        constants = (graph.constants[weights] * _HALVES, graph.constants[bias] * _HALVES[0])
        others = [operator for operator in others if operator is not dense]
        halves = replace(dense, inputs=(values, *names), output=f"{logit}:halves")
    else:
        constants = (_HALVES, np.zeros(2, np.float32))
        halves = Operator(
            kind="FULLY_CONNECTED",
            inputs=(logit, *names),
            output=f"{logit}:halves",
            options={"keep_num_dims": False},
        )
    graph = graph.with_constants(dict(zip(names, constants, strict=True)))
    return replace(graph, operators=(*others, halves, softmax))


def _can_take_them(dense: Operator, graph: Graph) -> bool:
    return (
        dense.kind == "FULLY_CONNECTED"
        and dense.activation == "NONE"
        and len(graph.consumers(dense.output)) == 1
        and all(name in graph.constants for name in dense.inputs[1:])
    )
