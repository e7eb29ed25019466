from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import keras  # isort: skip
from edgesmith.convert.explain.network import flatten, without_activation
from edgesmith.runtime.errors import OptionError, UnsupportedModelError


def _run(network: Any, tensor: Any, image: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> Any:
    return keras.ops.convert_to_numpy(keras.Model(network.input, tensor)(image))


def test_nested_models_become_paths(red_detector: Callable[..., Any]) -> None:
    network = flatten(red_detector(nested=True))

    assert [node.path for node in network.nodes] == [
        "scale",
        "body/conv",
        "body/norm",
        "body/relu",
        "body/pool",
        "average",
        "scores",
    ]


def test_a_sequential_inside_a_functional_model_is_entered() -> None:
    image = keras.Input((8, 8, 3))
    head = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2, name="d")], name="head")
    body = keras.layers.Conv2D(4, 3, name="c")(image)

    network = flatten(keras.Model(image, head(keras.ops.relu(body))))

    assert network.nodes[0].path == "c"
    assert network.nodes[-1].path == "head/d"
    assert network.nodes[1].kind == "activation"  # a function of keras.ops


@pytest.mark.parametrize("nested", [True, False])
def test_the_flat_network_computes_what_the_model_does(
    red_detector: Callable[..., Any], nested: bool
) -> None:
    model = red_detector(nested=nested)
    image = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    network = flatten(model)

    flat = _run(network, network.output, image)

    np.testing.assert_array_equal(flat, keras.ops.convert_to_numpy(model(image)))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("body/conv", id="whole path"),
        pytest.param("base/conv", id="base for the only nested model"),
        pytest.param("conv", id="unique part"),
    ],
)
def test_a_layer_inside_the_base_is_found(red_detector: Callable[..., Any], name: str) -> None:
    assert flatten(red_detector(nested=True)).find(name).path == "body/conv"


def test_an_unknown_layer_is_answered_with_close_names(red_detector: Callable[..., Any]) -> None:
    with pytest.raises(OptionError, match="no layer 'base/Konv'") as caught:
        flatten(red_detector(nested=True)).find("base/Konv")

    assert caught.value.tip is not None
    assert "body/conv" in caught.value.tip


def test_the_last_map_is_before_the_pooling(red_detector: Callable[..., Any]) -> None:
    assert flatten(red_detector()).last_map().path == "relu"


def test_a_model_without_convolutions_has_no_map() -> None:
    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])

    with pytest.raises(UnsupportedModelError, match="no convolutional feature map") as caught:
        flatten(model).last_map()

    assert "occlusion" in str(caught.value.tip)


def test_python_code_instead_of_a_graph_is_refused() -> None:
    class Handmade(keras.Model):  # type: ignore[misc]  # keras is untyped
        def call(self, image: Any) -> Any:
            return image

    with pytest.raises(UnsupportedModelError, match="subclass"):
        flatten(Handmade(name="handmade"))


@pytest.mark.parametrize("kind", ["Dense", "SeparableConv2D"])
def test_a_fused_activation_is_taken_off(kind: str) -> None:
    image = keras.Input((6, 6, 3))
    layer = (
        keras.layers.SeparableConv2D(4, 3, activation="relu")
        if kind == "SeparableConv2D"
        else keras.layers.Dense(4, activation="softmax")
    )
    network = flatten(keras.Model(image, layer(image)))
    pixels = np.random.default_rng(0).normal(size=(1, 6, 6, 3)).astype(np.float32)

    before = _run(network, without_activation(network.nodes[0]), pixels)

    after = keras.ops.relu(before) if kind == "SeparableConv2D" else keras.ops.softmax(before)
    np.testing.assert_allclose(after, _run(network, network.output, pixels), atol=1e-6)
    assert before.min() < 0


def test_another_canvas_size_keeps_the_weights(red_detector: Callable[..., Any]) -> None:
    network = flatten(red_detector(side=32), shape=(16, 16, 3))

    assert network.find("relu").output.shape == (None, 16, 16, 3)


def test_a_layer_used_twice_is_named_for_its_last_call() -> None:
    image = keras.Input((8, 8, 4))
    conv = keras.layers.Conv2D(4, 3, padding="same", name="shared")
    network = flatten(keras.Model(image, keras.layers.ReLU()(conv(conv(image)))))

    assert network.find("shared") is network.nodes[1]
