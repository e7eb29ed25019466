"""Rounding weights with an outlier in the channel shifts means; the sequence of corrections takes that back."""

import numpy as np
import tensorflow as tf

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import linear
from edgesmith.convert.graph.model import WEIGHTED
from edgesmith.convert.quantization.calibrate import activation_ranges
from edgesmith.convert.quantization.observe import input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.scales import ActivationRange, fake_quantize_weights, weight_bounds

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (23, 8, 8, 3), dtype=np.uint8)
CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}


def outlier_network() -> Graph:
    """Two convolutions and a dense layer; the first has weights of 0.012 beside one of 4: codes 0 and 127."""
    first = np.full((3, 3, 3, 4), 0.012, np.float32)
    first[0, 0, 0] = 4.0
    depthwise = GENERATOR.uniform(0, 0.02, (3, 3, 4, 1)).astype(np.float32)
    depthwise[1, 1, 2] = 5.0
    return Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "conv w", "conv b"),
                output="conv",
                activation="RELU",
                options=CONVOLUTION,
            ),
            Operator(
                kind="DEPTHWISE_CONV_2D",
                inputs=("conv", "depthwise w", "depthwise b"),
                output="depthwise",
                activation="RELU",
                options=CONVOLUTION,
            ),
            Operator(
                kind="MEAN",
                inputs=("depthwise",),
                output="means",
                options={"axes": (1, 2), "keep_dims": False},
            ),
            Operator(
                kind="FULLY_CONNECTED",
                inputs=("means", "dense w", "dense b"),
                output="logits",
                options={"keep_num_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
        ),
        constants={
            "conv w": first,
            "conv b": np.array([0, 1, -5, 0], np.float32),
            "depthwise w": depthwise,
            "depthwise b": np.zeros(4, np.float32),
            "dense w": GENERATOR.normal(size=(4, 3)).astype(np.float32) / 100,
            "dense b": np.zeros(3, np.float32),
        },
        input_offset=127.0,
    )


def channel_means(graph: Graph, ranges: dict[str, ActivationRange] | None = None) -> dict[str, np.ndarray]:
    """Mean of every channel of every weighted operator before its activation; rounded where there are ranges."""
    tensors = {graph.input: tf.constant(input_values(graph, IMAGES))}
    means = {}
    for operator in graph.operators:
        operands = [tensors[name] if name in tensors else graph.constants[name] for name in operator.inputs]
        if ranges is not None and operator.kind in WEIGHTED:
            operands[1] = fake_quantize_weights(
                operator.kind, operands[1], weight_bounds(operator.kind, operands[1])
            )
        values = linear(operator, operands)
        if operator.kind in WEIGHTED:
            means[operator.output] = np.asarray(values).mean(tuple(range(values.shape.rank - 1)))
        values = tf.nn.relu(values) if operator.activation == "RELU" else values
        tensors[operator.output] = (
            ranges[operator.output].fake_quantize(values) if ranges is not None else values
        )
    return means


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def correct_biases(graph: Graph, images: np.ndarray) -> Graph:
    return quantize(graph, images, progress=silent).graph


def test_means_return_to_those_of_the_float_graph() -> None:
    graph = outlier_network()
    ranges = activation_ranges(graph, IMAGES)
    corrected = correct_biases(graph, IMAGES)
    wanted, before, after = (
        channel_means(graph),
        channel_means(graph, ranges),
        channel_means(corrected, ranges),
    )
    for name in ("conv", "depthwise", "logits"):
        error_before = np.abs(before[name] - wanted[name]).max()
        error_after = np.abs(after[name] - wanted[name]).max()
        assert error_after < error_before / 100, name


def test_shift_of_a_rounded_away_weight_is_the_whole_correction() -> None:
    """1 * black + 0.001 * white: the small weight rounds to 0, and the bias takes up 0.001 * 200."""
    graph = Graph(
        input="image",
        input_shape=(1, 1, 1, 3),
        output="out",
        operators=(
            Operator(kind="CONV_2D", inputs=("image", "weights", "bias"), output="out", options=CONVOLUTION),
        ),
        constants={
            "weights": np.array([1, 0.001, 0], np.float32).reshape(1, 1, 3, 1),
            "bias": np.array([5], np.float32),
        },
    )
    images = np.array([[0, 200, 50]] * 3, np.uint8).reshape(3, 1, 1, 3)
    corrected = correct_biases(graph, images)
    np.testing.assert_allclose(corrected.constants["bias"], [5.2], atol=1e-5)
    assert graph.constants["bias"] == [5]


def test_exact_weights_need_no_correction() -> None:
    graph = outlier_network()
    exact = graph.with_constants(
        {
            "conv w": np.ones((3, 3, 3, 4), np.float32),
            "depthwise w": np.ones((3, 3, 4, 1), np.float32),
            "dense w": np.ones((4, 3), np.float32),
        }
    )
    corrected = correct_biases(exact, IMAGES)
    np.testing.assert_allclose(corrected.constants["conv b"], exact.constants["conv b"], atol=1e-3)


def test_progress_counts_operators() -> None:
    seen: list[tuple[int, int]] = []
    graph = outlier_network()
    quantize(graph, IMAGES[:2], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_branches_are_kept_until_their_last_reader() -> None:
    """A residual: the first convolution's output is read again after the second one."""
    graph = Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="sum",
        operators=(
            Operator(kind="CONV_2D", inputs=("image", "w1", "b1"), output="first", options=CONVOLUTION),
            Operator(kind="CONV_2D", inputs=("first", "w2", "b2"), output="second", options=CONVOLUTION),
            Operator(kind="ADD", inputs=("first", "second"), output="sum", activation="RELU"),
        ),
        constants={
            "w1": GENERATOR.normal(size=(3, 3, 3, 3)).astype(np.float32),
            "w2": GENERATOR.normal(size=(3, 3, 3, 3)).astype(np.float32),
            "b1": np.zeros(3, np.float32),
            "b2": np.zeros(3, np.float32),
        },
    )
    corrected = correct_biases(graph, IMAGES)
    assert {name for name in ("b1", "b2") if np.any(corrected.constants[name])} == {"b1", "b2"}


def test_tensor_read_twice_by_one_operator() -> None:
    graph = Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="sum",
        operators=(
            Operator(kind="CONV_2D", inputs=("image", "w", "b"), output="conv", options=CONVOLUTION),
            Operator(kind="ADD", inputs=("conv", "conv"), output="sum"),
        ),
        constants={
            "w": GENERATOR.normal(size=(3, 3, 3, 3)).astype(np.float32),
            "b": np.zeros(3, np.float32),
        },
    )
    corrected = correct_biases(graph, IMAGES)
    assert np.any(corrected.constants["b"])
