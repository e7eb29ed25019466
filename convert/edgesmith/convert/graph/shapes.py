"""The shape of every tensor of a graph."""

import tensorflow as tf

from edgesmith.convert.graph.evaluate import activations
from edgesmith.convert.graph.model import Graph


def tensor_shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Shapes for one image, batch first, found by tracing without computing."""
    found: dict[str, tuple[int, ...]] = {}

    def trace(values: tf.Tensor) -> tf.Tensor:
        tensors = activations(graph, values)
        found.update({name: tuple(tensor.shape) for name, tensor in tensors.items()})
        return tensors[graph.output]

    signature = tf.TensorSpec(graph.input_shape, tf.float32)
    tf.function(trace, autograph=False).get_concrete_function(signature)
    return found
