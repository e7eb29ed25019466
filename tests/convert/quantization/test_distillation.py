"""The quantized network learns to answer as its float one does, and keeps only what held-out images confirm."""

from dataclasses import replace

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.distillation import Distillation, distil
from edgesmith.convert.quantization.errors import quantization_errors
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scales import fake_quantize_weights
from edgesmith.convert.quantization.scheme import Scheme

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (40, 6, 6, 3), dtype=np.uint8)
QUICK = Distillation(steps=60, rate=2e-3, check_every=10)


def network() -> Graph:
    generator = np.random.default_rng(1)
    convolution = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}
    weights, depthwise = generator.normal(0, 0.01, (3, 3, 3, 6)), generator.normal(0, 0.3, (3, 3, 6, 1))
    return Graph(
        input="image",
        input_shape=(1, 6, 6, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "w1", "b1"),
                output="conv",
                activation="RELU6",
                options=convolution,
            ),
            Operator(
                kind="DEPTHWISE_CONV_2D", inputs=("conv", "w2", "b2"), output="depthwise", options=convolution
            ),
            Operator(
                kind="MEAN",
                inputs=("depthwise",),
                output="means",
                options={"axes": (1, 2), "keep_dims": False},
            ),
            Operator(
                kind="FULLY_CONNECTED",
                inputs=("means", "w3", "b3"),
                output="logits",
                options={"keep_num_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
        ),
        constants={
            "w1": weights.astype(np.float32),
            "w2": depthwise.astype(np.float32),
            "w3": generator.normal(0, 1, (6, 4)).astype(np.float32),
            **{name: np.zeros(size, np.float32) for name, size in (("b1", 6), ("b2", 6), ("b3", 4))},
        },
        input_offset=127.0,
    )


def silent(done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def damaged() -> QuantizedGraph:
    """Its weights are off by a tenth, as if they had been rounded badly."""
    found = quantize(network(), IMAGES, Scheme(bias_correction=False), progress=silent)
    generator = np.random.default_rng(2)
    wrong = {
        name: (values * generator.normal(1, 0.1, values.shape)).astype(np.float32)
        for name, values in found.graph.constants.items()
    }
    return replace(found, graph=found.graph.with_constants(wrong))


@pytest.fixture(scope="module")
def trained(damaged: QuantizedGraph) -> QuantizedGraph:
    return distil(damaged, IMAGES, QUICK, progress=silent)


def test_answers_come_closer_on_images_never_seen(damaged: QuantizedGraph, trained: QuantizedGraph) -> None:
    unseen = GENERATOR.integers(0, 256, (40, 6, 6, 3), dtype=np.uint8)
    before, after = (quantization_errors(each, unseen).divergence for each in (damaged, trained))
    assert after < 0.7 * before


def test_trained_weights_fit_the_stated_bounds(trained: QuantizedGraph) -> None:
    for operator in trained.graph.operators:
        if operator.inputs[1:]:
            name = operator.inputs[1]
            bounds = trained.weight_bounds[name]
            rounded = np.asarray(fake_quantize_weights(operator.kind, trained.graph.constants[name], bounds))
            assert rounded.shape == trained.graph.constants[name].shape
            assert np.abs(rounded).max() <= bounds.max() * 1.0001


def test_same_seed_same_weights(damaged: QuantizedGraph, trained: QuantizedGraph) -> None:
    again = distil(damaged, IMAGES, QUICK, progress=silent)
    for name, values in trained.graph.constants.items():
        assert np.array_equal(again.graph.constants[name], values), name


def test_harmful_steps_are_undone_and_end_early(damaged: QuantizedGraph) -> None:
    seen: list[tuple[int, int]] = []
    wild = Distillation(steps=60, rate=10.0, check_every=5, patience=2)
    result = distil(damaged, IMAGES, wild, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (10, 60)
    for name, values in damaged.graph.constants.items():
        np.testing.assert_array_equal(result.graph.constants[name], values)


def test_the_scheme_reaches_it() -> None:
    seen: list[tuple[int, int]] = []
    scheme = Scheme(bias_correction=False, distilled=True)
    quantize(network(), IMAGES, scheme, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][1] == Distillation().steps
