"""All images go through the quantized graph together, and nothing is kept longer than it is read."""

import weakref
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import activate, linear
from edgesmith.convert.graph.model import Activation
from edgesmith.convert.quantization import walk as walk_module
from edgesmith.convert.quantization.observe import BATCH, input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import ActivationRange
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.quantization.simulate import simulate
from edgesmith.convert.quantization.walk import QuantizedWalk

IMAGES = np.random.default_rng(0).integers(0, 256, (2 * BATCH + 3, 8, 8, 3), dtype=np.uint8)


def residual(activation: Activation = "RELU6") -> Graph:
    """Two convolutions and their sum, pooled: the first one's output is read twice."""
    generator = np.random.default_rng(1)
    options = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}
    return Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="pooled",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "w1", "b1"),
                output="first",
                activation=activation,
                options=options,
            ),
            Operator(kind="CONV_2D", inputs=("first", "w2", "b2"), output="second", options=options),
            Operator(kind="ADD", inputs=("first", "second"), output="sum"),
            Operator(
                kind="MAX_POOL_2D",
                inputs=("sum",),
                output="pooled",
                options={"window": (2, 2), "stride": (2, 2), "padding": "VALID"},
            ),
        ),
        constants={
            "w1": generator.normal(0, 0.02, (3, 3, 3, 3)).astype(np.float32),
            "w2": generator.normal(0, 0.5, (3, 3, 3, 3)).astype(np.float32),
            "b1": np.ones(3, np.float32),
            "b2": np.zeros(3, np.float32),
        },
        input_offset=127.0,
    )


def quantized(graph: Graph, **scheme: Any) -> QuantizedGraph:
    return quantize(graph, IMAGES, Scheme(bias_correction=False, **scheme), progress=lambda done, total: None)


def walked(subject: QuantizedGraph, until: str, images: NDArray[np.uint8] = IMAGES) -> QuantizedWalk:
    walk = QuantizedWalk(subject.graph, images)
    for operator in subject.graph.operators:
        walk.advance(subject, operator)
        if operator.output == until:
            break
    return walk


@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6"])
@pytest.mark.parametrize("until", ["first", "second", "sum", "pooled"])
def test_activations_are_those_of_the_simulation(activation: Activation, until: str) -> None:
    subject = quantized(residual(activation))
    wanted = simulate(subject, input_values(subject.graph, IMAGES))[until].numpy()
    walk = walked(subject, until)
    np.testing.assert_allclose(np.concatenate(list(walk.chunks(until))), wanted, atol=1e-5)
    np.testing.assert_allclose(walk.mean_image(until)[0], wanted.mean(0), atol=1e-4)


def test_operators_kept_float_are_not_rounded_but_for_integer_readers() -> None:
    subject = quantized(residual(), keep_float=frozenset({"second"}))
    wanted = simulate(subject, input_values(subject.graph, IMAGES))["pooled"].numpy()
    walk = walked(subject, "pooled")
    np.testing.assert_allclose(np.concatenate(list(walk.chunks("pooled"))), wanted, atol=1e-5)


def test_activations_are_given_up_after_their_last_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Activations of all images exist once, not of the operator before besides."""
    images = np.repeat(IMAGES[:10], 6, axis=0)
    alive: list[weakref.ref[Any]] = []
    peaks = []

    def tracked(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            values = function(*arguments)
            alive.append(weakref.ref(values))
            tensors = {id(tensor): len(tensor) for ref in alive if (tensor := ref()) is not None}
            peaks.append(sum(tensors.values()))
            return values

        return call

    chain = residual()
    chain = Graph(
        input=chain.input,
        input_shape=chain.input_shape,
        output="second",
        operators=chain.operators[:2],
        constants=chain.constants,
    )
    subject = quantized(chain)
    monkeypatch.setattr(tf, "constant", tracked(tf.constant))
    monkeypatch.setattr(walk_module, "linear", tracked(linear))
    monkeypatch.setattr(walk_module, "activate", tracked(activate))
    monkeypatch.setattr(ActivationRange, "fake_quantize", tracked(ActivationRange.fake_quantize))
    walked(subject, "second", images)
    # Beside those of all images, a chunk in work may exist before and after rounding.
    assert len(images) <= max(peaks) <= len(images) + 3 * BATCH
