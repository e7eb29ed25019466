from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.train.backend import keras, tf
from edgesmith.train.quantization.layers import (
    FrozenBatchNormalization,
    RoundedActivation,
    RoundedKernel,
    kernel_bounds,
    round_kernel,
)

CASES = [
    pytest.param(lambda: keras.layers.Conv2D(6, 3, use_bias=False), id="convolution"),
    pytest.param(lambda: keras.layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), id="depthwise"),
]


def built(layer: Any, *, seed: int = 0) -> Any:
    """`layer` for 3 input channels, its kernel of very unequal channels."""
    layer.build((None, 8, 8, 3))
    numbers = np.random.default_rng(seed)
    kernel = numbers.normal(size=layer.kernel.shape) * np.geomspace(0.01, 10, layer.kernel.shape[-1])
    layer.kernel.assign(kernel)
    return layer


@pytest.mark.parametrize("make", CASES)
def test_raw_kernel_rounds_to_the_codes_of_the_folded_one(make: Any) -> None:
    layer = built(make())
    normalise = keras.layers.BatchNormalization()
    normalise.build((None, 6, 6, 6))
    numbers = np.random.default_rng(1)
    gamma, variance = numbers.normal(size=6), numbers.uniform(0.1, 4, 6)
    normalise.set_weights([gamma, numbers.normal(size=6), numbers.normal(size=6), variance])
    factor = (gamma / np.sqrt(variance + normalise.epsilon)).astype(np.float32)
    assert (factor < 0).any()
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        factor = factor.reshape(3, 2)
    kernel = layer.kernel.numpy()

    folded = np.asarray(round_kernel(layer, kernel * factor))

    np.testing.assert_allclose(folded, np.asarray(round_kernel(layer, kernel)) * factor, rtol=1e-4, atol=1e-7)
    assert np.abs(folded - kernel * factor).max() > 1e-3  # something was rounded


@pytest.mark.parametrize("make", CASES)
def test_each_channel_has_its_255_levels(make: Any) -> None:
    layer = built(make())
    kernel = layer.kernel.numpy()

    codes = np.asarray(round_kernel(layer, kernel)) / kernel_bounds(layer, kernel) * 127

    np.testing.assert_allclose(codes, codes.round(), atol=1e-3)
    assert (np.abs(codes).max((0, 1) if "depthwise" in layer.name else (0, 1, 2)).round() == 127).all()


def test_dense_kernel_has_one_scale() -> None:
    layer = keras.layers.Dense(2)
    layer.build((None, 2))

    rounded = np.asarray(round_kernel(layer, np.array([[127, 0.4], [1.6, 0.2]], np.float32)))

    np.testing.assert_allclose(rounded, [[127, 0], [2, 0]])


def test_channel_of_zeros_stays_zero() -> None:
    layer = built(keras.layers.Conv2D(2, 1))

    rounded = np.asarray(round_kernel(layer, np.zeros(layer.kernel.shape, np.float32)))

    assert (rounded == 0).all()


def test_gradient_passes_the_rounding() -> None:
    layer = built(keras.layers.Conv2D(6, 3))
    kernel = tf.constant(layer.kernel.numpy())

    with tf.GradientTape() as tape:
        tape.watch(kernel)
        total = tf.reduce_sum(round_kernel(layer, kernel) * 3)

    np.testing.assert_array_equal(tape.gradient(total, kernel), np.full(kernel.shape, 3, np.float32))


def test_rounded_layer_computes_with_the_rounded_kernel_and_gives_the_plain_one_back() -> None:
    plain = built(keras.layers.Conv2D(6, 3))
    plain.bias.assign(np.arange(6))
    weights = plain.get_weights()
    inputs = np.random.default_rng(2).random((1, 8, 8, 3), np.float32)
    rounded = RoundedKernel(
        keras.layers.Conv2D.from_config(plain.get_config()), bounds=kernel_bounds(plain, weights[0])
    )
    rounded.build((None, 8, 8, 3))
    rounded.load(weights)

    outputs = np.asarray(rounded(inputs))

    for given, back in zip(weights, rounded.plain_weights(), strict=True):
        np.testing.assert_allclose(back, given, rtol=1e-6)
    plain.kernel.assign(round_kernel(plain, weights[0]))
    np.testing.assert_allclose(outputs, np.asarray(plain(inputs)), rtol=1e-4, atol=1e-4)


def test_a_step_is_in_proportion_to_the_largest_weight_of_the_channel() -> None:
    plain = built(keras.layers.Conv2D(6, 1, use_bias=False))
    weights = plain.get_weights()
    bounds = kernel_bounds(plain, weights[0])
    inputs = keras.Input((8, 8, 3))
    layer = RoundedKernel(plain, bounds=bounds)
    model = keras.Model(inputs, layer(inputs))
    layer.load(weights)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")

    model.fit(np.ones((4, 8, 8, 3), np.float32), np.full((4, 8, 8, 6), 50, np.float32), epochs=1, verbose=0)

    (kernel,) = layer.plain_weights()
    np.testing.assert_allclose(np.abs(kernel - weights[0]) / bounds, 0.01, rtol=0.02)


@pytest.mark.parametrize(
    ("low", "high", "given", "expected"),
    [
        pytest.param(0, 255, [0, 1.4, 300], [0, 1, 255], id="pixels"),
        pytest.param(-1, 1, [0.0], [0.0], id="zero is a level"),
        pytest.param(2, 51, [0, 1.0], [0, 1.0], id="range is widened to zero"),
        pytest.param(0, 0, [0.0], [0.0], id="nothing but zero"),
    ],
)
def test_activation_is_rounded_and_clipped(
    low: float, high: float, given: list[float], expected: list[float]
) -> None:
    outputs = np.asarray(RoundedActivation.covering(low, high)(np.array(given, np.float32)))

    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_frozen_normalisation_learns_without_moving_its_statistics() -> None:
    inputs = keras.Input((4,))
    layer = FrozenBatchNormalization()
    model = keras.Model(inputs, layer(inputs))
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")

    model.fit(np.full((8, 4), 9, np.float32), np.zeros((8, 4), np.float32), verbose=0)

    gamma, beta, mean, variance = layer.get_weights()
    assert (beta != 0).all()
    assert (gamma != 1).all()
    np.testing.assert_array_equal(mean, 0)
    np.testing.assert_array_equal(variance, 1)


def test_checkpoint_of_a_rounding_network_loads(tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 3))
    plain = built(keras.layers.Conv2D(6, 3))
    tensor = RoundedKernel(plain, bounds=kernel_bounds(plain, plain.kernel.numpy()))(inputs)
    tensor = RoundedActivation(low=-1.0, high=1.0)(FrozenBatchNormalization()(tensor))
    model = keras.Model(inputs, tensor)
    model.save(tmp_path / "best.keras")

    loaded = keras.saving.load_model(tmp_path / "best.keras")

    pixels = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(loaded.predict(pixels, verbose=0), model.predict(pixels, verbose=0))
