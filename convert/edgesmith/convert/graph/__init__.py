"""The operator graph: one small form for every source, run with `tf.nn`, on which all folding is done."""

from edgesmith.convert.graph.model import Graph, Operator

__all__ = ["Graph", "Operator"]
