from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import keras  # isort: skip
from edgesmith.convert.explain.filters import default_filter_layer, filter_patterns
from edgesmith.convert.explain.network import flatten
from edgesmith.runtime.errors import UnsupportedModelError


def test_patterns_show_what_the_filter_was_made_for(red_detector: Callable[..., Any]) -> None:
    made = filter_patterns(red_detector(), "conv", (0, 1))

    red, blue = (pattern.astype(float).mean(axis=(0, 1)) for pattern in made.patterns)
    assert made.patterns.shape == (2, 32, 32, 3)
    assert red[0] > red[2] + 30
    assert blue[2] > blue[0] + 30


def test_a_filter_without_a_gradient_is_named(red_detector: Callable[..., Any]) -> None:
    made = filter_patterns(red_detector(), "conv", (0, 2))

    assert made.blank == (2,)
    assert made.filters == 3


def test_a_rectifier_that_is_off_still_has_a_pattern(red_detector: Callable[..., Any]) -> None:
    model = red_detector()
    kernel, bias = model.get_layer("conv").get_weights()
    model.get_layer("conv").set_weights([kernel, bias - 5])  # below zero for every possible picture

    assert filter_patterns(model, "relu", (0, 1)).blank == ()


def test_equal_seeds_give_equal_pictures(red_detector: Callable[..., Any]) -> None:
    model = red_detector()

    once, again, other = (filter_patterns(model, "conv", (0,), seed=seed).patterns for seed in (1, 1, 2))

    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


def test_large_inputs_are_climbed_on_a_smaller_canvas(red_detector: Callable[..., Any]) -> None:
    assert filter_patterns(red_detector(side=160), "conv", (0,)).patterns.shape == (1, 80, 80, 3)


def test_a_network_built_for_one_size_keeps_it() -> None:
    image = keras.Input((100, 100, 1))
    values = keras.layers.Conv2D(2, 3, strides=4, name="conv")(image)
    values = keras.layers.Dense(2)(keras.layers.Flatten()(values))

    assert filter_patterns(keras.Model(image, values), "conv", (0,)).patterns.shape == (1, 100, 100, 1)


def test_vectors_have_no_patterns(red_detector: Callable[..., Any]) -> None:
    with pytest.raises(UnsupportedModelError, match="gives vectors"):
        filter_patterns(red_detector(), "average", (0,))


def test_the_default_layer_is_a_convolution_that_mixes_channels() -> None:
    image = keras.Input((16, 16, 3))
    values = image
    for index in range(3):
        values = keras.layers.Conv2D(4, 1, name=f"mix{index}")(values)
        values = keras.layers.DepthwiseConv2D(3, name=f"deep{index}")(values)

    assert default_filter_layer(flatten(keras.Model(image, values))) == "mix2"
