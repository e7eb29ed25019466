"""What each operator computes, in `tf.nn`, for any batch size. Works on eager tensors and while tracing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from edgesmith.convert.graph.model import Activation, Graph, Kind, Operator

Evaluator = Callable[[Mapping[str, Any], Sequence[Any]], Any]


def apply(operator: Operator, operands: Sequence[Any]) -> Any:
    """The operator's output tensor, float32, its fused activation included."""
    return activate(operator.activation, linear(operator, operands))


def linear(operator: Operator, operands: Sequence[Any]) -> Any:
    """The operator's output before its fused activation."""
    return _EVALUATORS[operator.kind](operator.options, operands)


def activate(activation: Activation, values: Any) -> Any:
    """A fused activation."""
    if activation == "RELU":
        return tf.nn.relu(values)
    if activation == "RELU6":
        return tf.nn.relu6(values)
    return values


def activations(graph: Graph, values: Any) -> dict[str, Any]:
    """Every activation by name, the input included, for input values [n, height, width, channels], float32."""
    tensors = {graph.input: values}
    for operator in graph.operators:
        operands = [tensors[name] if name in tensors else graph.constants[name] for name in operator.inputs]
        tensors[operator.output] = apply(operator, operands)
    return tensors


def run(graph: Graph, values: Any) -> Any:
    """The graph's output [n, classes] for input tensor values [n, height, width, channels], float32."""
    return activations(graph, values)[graph.output]


def _conv_2d(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    values, weights, bias = operands
    result = tf.nn.conv2d(
        values, weights, strides=options["stride"], padding=options["padding"], dilations=options["dilation"]
    )
    return tf.nn.bias_add(result, bias)


def _depthwise_conv_2d(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    values, weights, bias = operands
    result = tf.nn.depthwise_conv2d(
        values,
        weights,
        strides=(1, *options["stride"], 1),
        padding=options["padding"],
        dilations=options["dilation"],
    )
    return tf.nn.bias_add(result, bias)


def _fully_connected(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    values, weights, bias = operands
    flat = values if len(values.shape) == 2 else tf.reshape(values, (-1, weights.shape[0]))
    result = tf.nn.bias_add(tf.matmul(flat, weights), bias)
    if options["keep_num_dims"]:
        result = tf.reshape(result, (-1, *values.shape[1:-1], weights.shape[1]))
    return result


def _pool(pool: Callable[..., Any]) -> Evaluator:
    def evaluate(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
        return pool(operands[0], options["window"], options["stride"], options["padding"])

    return evaluate


def _mean(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    return tf.reduce_mean(operands[0], options["axes"], keepdims=options["keep_dims"])


def _reshape(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    return tf.reshape(operands[0], (-1, *options["shape"][1:]))


def _resize_bilinear(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    return tf.raw_ops.ResizeBilinear(
        images=operands[0],
        size=options["size"],
        align_corners=options["align_corners"],
        half_pixel_centers=options["half_pixel_centers"],
    )


def _strided_slice(options: Mapping[str, Any], operands: Sequence[Any]) -> Any:
    # The first axis is the batch, of which TFLite's file names the one image it was written for.
    slices = zip(options["begin"][1:], options["end"][1:], options["strides"][1:], strict=True)
    return operands[0][(slice(None), *(slice(begin, end, step) for begin, end, step in slices))]


_EVALUATORS: dict[Kind, Evaluator] = {
    "ADD": lambda options, operands: operands[0] + operands[1],
    "AVERAGE_POOL_2D": _pool(tf.nn.avg_pool2d),
    "CONCATENATION": lambda options, operands: tf.concat(operands, options["axis"]),
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "FULLY_CONNECTED": _fully_connected,
    "HARD_SWISH": lambda options, operands: operands[0] * tf.nn.relu6(operands[0] + 3.0) / 6.0,
    "LEAKY_RELU": lambda options, operands: tf.nn.leaky_relu(operands[0], options["alpha"]),
    "LOGISTIC": lambda options, operands: tf.nn.sigmoid(operands[0]),
    "MAX_POOL_2D": _pool(tf.nn.max_pool2d),
    "MEAN": _mean,
    "MUL": lambda options, operands: operands[0] * operands[1],
    "PAD": lambda options, operands: tf.pad(operands[0], options["paddings"]),
    "RELU": lambda options, operands: tf.nn.relu(operands[0]),
    "RELU6": lambda options, operands: tf.nn.relu6(operands[0]),
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize_bilinear,
    "SOFTMAX": lambda options, operands: tf.nn.softmax(operands[0] * options["beta"]),
    "STRIDED_SLICE": _strided_slice,
    "SUB": lambda options, operands: operands[0] - operands[1],
}
