"""Equalization changes no answer of the float graph, and most answers of the quantized one."""

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activations, run
from edgesmith.convert.graph.model import Activation
from edgesmith.convert.quantization.equalization import equalize
from edgesmith.convert.quantization.errors import quantization_errors
from edgesmith.convert.quantization.observe import input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.scheme import Scheme

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
UNSEEN = GENERATOR.integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}


def network(activation: Activation = "RELU", *, loud: float = 100.0, multiplier: int = 1) -> Graph:
    """conv -> depthwise -> conv -> means; depthwise channel 5 is `loud` times the others."""
    generator, wide = np.random.default_rng(1), 8 * multiplier
    constants = {
        "w1": generator.normal(0, 0.01, (3, 3, 3, 8)),
        "w2": generator.normal(0, 0.3, (3, 3, 8, multiplier)),
        "w3": generator.normal(0, 0.3, (1, 1, wide, 4)),
        "b1": generator.normal(0, 0.3, 8),
        "b2": generator.normal(0, 0.3, wide),
        "b3": generator.normal(0, 0.3, 4),
    }
    for name, channels in (("w2", np.s_[:, :, 5]), ("b2", np.s_[5 * multiplier : 6 * multiplier])):
        constants[name][channels] *= loud
    constants["w3"][:, :, 5 * multiplier : 6 * multiplier] /= loud
    constants["b1"][2] = -100.0  # a dead channel
    return Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "w1", "b1"),
                output="conv",
                activation=activation,
                options=CONVOLUTION,
            ),
            Operator(
                kind="DEPTHWISE_CONV_2D",
                inputs=("conv", "w2", "b2"),
                output="depthwise",
                activation=activation,
                options={**CONVOLUTION, "multiplier": multiplier},
            ),
            Operator(kind="CONV_2D", inputs=("depthwise", "w3", "b3"), output="out", options=CONVOLUTION),
            Operator(
                kind="MEAN", inputs=("out",), output="means", options={"axes": (1, 2), "keep_dims": False}
            ),
            Operator(kind="SOFTMAX", inputs=("means",), output="scores", options={"beta": 1.0}),
        ),
        constants={name: values.astype(np.float32) for name, values in constants.items()},
        input_offset=127.0,
    )


@pytest.mark.parametrize("activation", ["NONE", "RELU"])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_the_function_stays(activation: Activation, multiplier: int) -> None:
    graph = network(activation, multiplier=multiplier)
    level = equalize(graph, IMAGES)
    values = input_values(graph, UNSEEN)
    np.testing.assert_allclose(run(level, values), run(graph, values), atol=1e-5)
    assert not np.allclose(level.constants["w2"], graph.constants["w2"])


def test_channels_of_a_depthwise_input_get_one_range() -> None:
    graph = network()
    level = equalize(graph, IMAGES)
    before, after = (
        np.asarray(activations(each, input_values(graph, IMAGES))["conv"]).max((0, 1, 2))
        for each in (graph, level)
    )
    alive = before > 0
    np.testing.assert_allclose(after[alive], before.max(), rtol=1e-4)
    assert not after[~alive].any()


def test_loud_channel_is_levelled_against_its_reader() -> None:
    level = equalize(network(), IMAGES)
    values = np.asarray(activations(level, input_values(level, IMAGES))["depthwise"]).max((0, 1, 2))
    assert values[5] < 5 * np.median(values)


def test_quantization_gains() -> None:
    graph = network()
    found = [
        quantization_errors(
            quantize(graph, IMAGES, Scheme(equalized=equalized), progress=lambda done, total: None), UNSEEN
        ).divergence
        for equalized in (False, True)
    ]
    assert found[1] < found[0] / 3


def test_relu6_is_left_alone() -> None:
    graph = network("RELU6")
    assert equalize(graph, IMAGES) is graph


def test_what_is_read_twice_is_left_alone() -> None:
    graph = network()
    extra = Operator(kind="ADD", inputs=("conv", "depthwise"), output="sum")
    joined = Graph(
        input=graph.input,
        input_shape=graph.input_shape,
        output="sum",
        operators=(*graph.operators[:2], extra),
        constants=graph.constants,
    )
    assert equalize(joined, IMAGES) is joined
