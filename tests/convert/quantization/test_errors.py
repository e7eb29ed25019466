"""Each way of being quantized badly is found at its operator, named by its cause."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.errors import (
    QuantizationErrors,
    quantization_errors,
    telling,
    worst_operators,
)
from edgesmith.convert.quantization.operator_error import MAX_DB, OperatorError
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme

IMAGES = np.random.default_rng(0).integers(0, 256, (23, 8, 8, 3), dtype=np.uint8)
CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}
PLAIN = Scheme(bias_correction=False)


def network(**constants: NDArray[np.float32]) -> Graph:
    """conv -> depthwise -> pointwise -> means -> dense -> softmax; nothing in it is hard to quantize."""
    generator = np.random.default_rng(1)
    even: dict[str, NDArray[np.float32]] = {
        "w1": generator.uniform(0.005, 0.01, (3, 3, 3, 8)).astype(np.float32),
        "w2": generator.uniform(-1, 1, (3, 3, 8, 1)).astype(np.float32),
        "w3": generator.uniform(-1, 1, (1, 1, 8, 8)).astype(np.float32),
        "w4": generator.uniform(-0.02, 0.02, (8, 4)).astype(np.float32),
        **{f"b{number}": np.zeros(size, np.float32) for number, size in enumerate((8, 8, 8, 4), 1)},
    }
    return Graph(
        input="image",
        input_shape=(1, 8, 8, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "w1", "b1"),
                output="conv",
                activation="RELU",
                options=CONVOLUTION,
            ),
            Operator(
                kind="DEPTHWISE_CONV_2D", inputs=("conv", "w2", "b2"), output="depthwise", options=CONVOLUTION
            ),
            Operator(
                kind="CONV_2D", inputs=("depthwise", "w3", "b3"), output="pointwise", options=CONVOLUTION
            ),
            Operator(
                kind="MEAN",
                inputs=("pointwise",),
                output="means",
                options={"axes": (1, 2), "keep_dims": False},
            ),
            Operator(
                kind="FULLY_CONNECTED",
                inputs=("means", "w4", "b4"),
                output="logits",
                options={"keep_num_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
        ),
        constants={**even, **constants},
    )


def with_outlier_channel() -> Graph:
    """Depthwise channel 5 is 100 times the others, and the pointwise convolution takes it down again."""
    graph = network()
    depthwise, pointwise = graph.constants["w2"].copy(), graph.constants["w3"].copy()
    depthwise[:, :, 5] *= 100
    pointwise[:, :, 5] /= 100
    return graph.with_constants({"w2": depthwise, "w3": pointwise})


def quantized(graph: Graph, scheme: Scheme = PLAIN) -> QuantizedGraph:
    return quantize(graph, IMAGES, scheme, progress=lambda done, total: None)


def errors_of(graph: Graph, scheme: Scheme = PLAIN) -> dict[str, OperatorError]:
    return {error.output: error for error in quantization_errors(quantized(graph, scheme), IMAGES).operators}


def test_an_even_network_needs_no_advice() -> None:
    found = errors_of(network(), Scheme())
    assert {name: error.advice for name, error in found.items()} == dict.fromkeys(found)
    assert all(20 < error.snr_db < MAX_DB for error in found.values())


def test_outlier_channel_is_named_with_its_operator() -> None:
    found = errors_of(with_outlier_channel())["depthwise"]
    assert found.outlier_channels == (5,)
    assert found.advice is not None
    assert found.advice.startswith("output channel 5 outweighs the others")
    assert found.snr_db > found.alone_snr_db, "the loud channel is what most of the signal is"
    assert found.weight_range == (
        with_outlier_channel().constants["w2"].min(),
        with_outlier_channel().constants["w2"].max(),
    )


@pytest.mark.parametrize("number", ["w1", "w2", "w3"])
def test_shifted_means_call_for_bias_correction(number: str) -> None:
    """Weights of 0.4 codes beside one of 127: all of them vanish."""
    weights = network().constants[number].copy()
    step = np.abs(weights).max() / 127
    weights[:] = 0.4 * step
    weights[0, 0, 0] = 127 * step
    damaged = network(**{number: weights})
    output = {"w1": "conv", "w2": "depthwise", "w3": "pointwise"}[number]
    before, after = errors_of(damaged)[output], errors_of(damaged, Scheme())[output]
    assert before.snr_db < after.snr_db
    assert before.shift_share > 10 * after.shift_share


def test_rare_values_call_for_other_ranges() -> None:
    """One picture in 23 drives the activations to a hundred times the rest."""
    images = IMAGES // 64
    images[11] = 255
    graph = network(w1=np.full((3, 3, 3, 8), 1e-2, np.float32))
    bright = quantize(graph, images, PLAIN, progress=lambda done, total: None)
    errors = quantization_errors(bright, np.delete(images, 11, axis=0))
    (conv,) = (error for error in errors.operators if error.output == "conv")
    assert conv.rounding_snr_db < 40
    assert conv.activation_range[1] > 50


def test_float_operators_make_no_noise_of_their_own() -> None:
    found = errors_of(network(), Scheme(keep_float=frozenset({"depthwise"})))
    assert found["depthwise"].alone_snr_db == MAX_DB
    assert found["depthwise"].advice is None


def test_answers_are_compared() -> None:
    subject = quantized(network())
    errors = quantization_errors(subject, IMAGES)
    assert 0 < errors.divergence < 0.01
    assert (errors.images, 0.8 < errors.agreement <= 1) == (23, True)
    exact = quantization_errors(
        replace(subject, keep_float=frozenset(o.output for o in subject.graph.operators)), IMAGES
    )
    assert exact.divergence < 1e-6
    json.dumps(errors.to_json())


def _error(output: str, alone: float, rounding: float) -> OperatorError:
    return OperatorError(
        output=output,
        kind="CONV_2D",
        snr_db=alone,
        alone_snr_db=alone,
        rounding_snr_db=rounding,
        shift_share=0.0,
        weight_range=(-1, 1),
        activation_range=(0, 1),
        outlier_channels=(),
        advice=None,
    )


@pytest.mark.parametrize(
    ("count", "rounding", "wanted"),
    [
        (1, 60.0, {"depthwise"}),
        (2, 60.0, {"depthwise", "logits"}),
        (1, 5.5, {"depthwise", "pointwise"}),
    ],
    ids=["one", "two", "its output's rounding hurts: with its reader"],
)
def test_worst_operators(count: int, rounding: float, wanted: set[str]) -> None:
    errors = QuantizationErrors(
        operators=(
            _error("conv", 40, 60),
            _error("depthwise", 5, rounding),
            _error("pointwise", 30, 60),
            _error("logits", 12, 60),
        ),
        divergence=0.1,
        agreement=0.9,
        images=23,
    )
    assert worst_operators(quantized(network()), errors, count) == wanted


@pytest.mark.parametrize(("given", "kept"), [(100, 10), (23, 12), (4, 4)])
def test_telling_images_are_spread_over_all(given: int, kept: int) -> None:
    chosen = telling(np.arange(given, dtype=np.uint8).reshape(-1, 1, 1, 1)).reshape(-1)
    assert len(chosen) == kept
    assert chosen[0] == 0
    assert chosen[-1] >= given - given // kept - 1
