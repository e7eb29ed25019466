"""The shape of every tensor of a graph."""

import tensorflow as tf

from edgesmith.convert.graph.evaluate import apply
from edgesmith.convert.graph.model import Graph


def tensor_shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Shapes for one image, batch first, found by tracing without computing."""
    found: dict[str, tuple[int, ...]] = {}

    def trace(values: tf.Tensor) -> tf.Tensor:
        tensors = {graph.input: values}
        for operator in graph.operators:
            operands = [
                tensors[name] if name in tensors else tf.constant(graph.constants[name])
                for name in operator.inputs
            ]
            tensors[operator.output] = apply(operator, operands)
        found.update({name: tuple(tensor.shape) for name, tensor in tensors.items()})
        return tensors[graph.output]

    tf.function(trace, autograph=False).get_concrete_function(tf.TensorSpec(graph.input_shape, tf.float32))
    return found
