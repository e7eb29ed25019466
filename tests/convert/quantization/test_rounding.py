"""Codes decided together beat codes rounded one by one, and stay on the grid that was stated for them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import linear
from edgesmith.convert.graph.model import Kind
from edgesmith.convert.quantization.rounding import round_to_data
from edgesmith.convert.quantization.scales import fake_quantize_weights, weight_bounds

CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}
CASES = [
    pytest.param("CONV_2D", (8, 8, 6), (3, 3, 6, 4), CONVOLUTION, id="convolution"),
    pytest.param("CONV_2D", (9, 8, 70), (1, 1, 70, 5), CONVOLUTION, id="pointwise, two blocks"),
    pytest.param("CONV_2D", (9, 9, 6), (3, 3, 6, 4), {**CONVOLUTION, "stride": (2, 2)}, id="strided"),
    pytest.param("DEPTHWISE_CONV_2D", (8, 8, 6), (3, 3, 6, 2), CONVOLUTION, id="depthwise"),
    pytest.param("FULLY_CONNECTED", (1, 1, 40), (40, 5), {"keep_num_dims": False}, id="dense"),
]


def correlated(shape: tuple[int, ...], *, count: int = 40, seed: int = 0) -> NDArray[np.float32]:
    """Values whose channels and neighbours go together, as activations' do."""
    generator = np.random.default_rng(seed)
    pictures = generator.normal(size=(count, 1, 1, 3)) @ np.random.default_rng(9).normal(size=(3, shape[-1]))
    values: NDArray[np.float32] = (pictures + generator.normal(0, 0.3, (count, *shape))).astype(np.float32)
    return values


def operator_of(kind: Kind, options: Mapping[str, Any]) -> Operator:
    return Operator(kind=kind, inputs=("x", "w", "b"), output="y", options=options)


@pytest.mark.parametrize(("kind", "source", "shape", "options"), CASES)
def test_error_on_other_images_shrinks(
    kind: Kind, source: tuple[int, ...], shape: tuple[int, ...], options: Mapping[str, Any]
) -> None:
    operator = operator_of(kind, options)
    weights = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    weights.flat[0] = 30  # a coarse grid
    bounds = weight_bounds(kind, weights)
    bias = np.zeros(shape[2] * shape[3] if kind == "DEPTHWISE_CONV_2D" else shape[-1], np.float32)
    seen, unseen = correlated(source), correlated(source, seed=1)
    nearest = fake_quantize_weights(kind, weights, bounds)
    decided = round_to_data(operator, weights, bounds, [tf.constant(seen[:25]), tf.constant(seen[25:])])

    def error(rounded: Any) -> float:
        difference = np.asarray(linear(operator, (unseen, rounded - weights, bias)))
        return float(difference.reshape(-1, bias.size).var(0).mean())

    assert error(decided) < 0.8 * error(nearest)


@pytest.mark.parametrize(("kind", "source", "shape", "options"), CASES)
def test_weights_stay_on_the_stated_grid(
    kind: Kind, source: tuple[int, ...], shape: tuple[int, ...], options: Mapping[str, Any]
) -> None:
    """What the writer rounds again comes out as it went in, the largest code included."""
    weights = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    bounds = weight_bounds(kind, weights)
    values = [tf.constant(correlated(source))]
    decided = round_to_data(operator_of(kind, options), weights, bounds, values)
    again = fake_quantize_weights(kind, decided, bounds)
    np.testing.assert_allclose(again, decided, atol=float(bounds.max()) * 1e-6)
    assert decided.shape == shape
    assert np.all(weight_bounds(kind, decided) <= bounds * (1 + 1e-6))
    repeated = round_to_data(operator_of(kind, options), weights, bounds, values)
    assert np.array_equal(repeated, decided)


def test_inputs_without_any_variation_keep_the_nearest_codes() -> None:
    """A dead input channel says nothing about its weights."""
    weights = np.random.default_rng(3).normal(size=(1, 1, 4, 3)).astype(np.float32)
    bounds = weight_bounds("CONV_2D", weights)
    decided = round_to_data(operator_of("CONV_2D", CONVOLUTION), weights, bounds, [tf.zeros((2, 5, 5, 4))])
    np.testing.assert_allclose(decided, fake_quantize_weights("CONV_2D", weights, bounds), atol=1e-6)
