"""How far the answers of two networks lie apart: the Kullback-Leibler divergence of their probabilities."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from edgesmith.convert.graph import Graph


def log_probabilities(graph: Graph, tensors: Mapping[str, Any]) -> Any:
    """Natural logarithms of the probabilities, [n, classes]; [n * outputs, 2] for sigmoid outputs.

    From the operand of the last operator: the 256ths that an int8 file puts out are too coarse to compare.
    """
    last = graph.producer(graph.output)
    if last is not None and last.kind == "LOGISTIC":
        logits = tf.reshape(tensors[last.inputs[0]], (-1, 1))
        return tf.concat([tf.math.log_sigmoid(-logits), tf.math.log_sigmoid(logits)], 1)
    if last is not None and last.kind == "SOFTMAX":
        return tf.nn.log_softmax(tensors[last.inputs[0]] * last.options["beta"])
    return tf.nn.log_softmax(tensors[graph.output])


def divergence(wanted: Any, got: Any) -> Any:
    """KL(wanted || got) of each image, in nats, [n], from log-probabilities [n, classes]."""
    return tf.reduce_sum(tf.exp(wanted) * (wanted - got), 1)
