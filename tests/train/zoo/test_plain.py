import numpy as np
import pytest

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join

NAMES: list[NetworkName] = ["convnet_mnist", "convnet_small", "separable_fashion", "separable_small"]


@pytest.mark.parametrize(
    ("name", "channels", "outputs", "parameters"),
    [
        # 320 + 18,496 + 36,928 of the convolutions, 36,928 + 650 of the dense layers.
        pytest.param("convnet_mnist", 1, 10, 93_322, id="convnet_mnist"),
        # 896 + 18,496 + 73,856 + 147,584, then 3,211,776 + 513.
        pytest.param("convnet_small", 3, 1, 3_453_121, id="convnet_small"),
        # 320 + 1,344 + 18,496 + 4,736 + 73,856 + 17,664, then 147,584 + 1,290.
        pytest.param("separable_fashion", 1, 10, 265_290, id="separable_fashion"),
        pytest.param("separable_small", 3, 10, 22_181, id="separable_small"),
    ],
)
def test_parameters_are_those_of_the_textbook(
    name: NetworkName, channels: int, outputs: int, parameters: int
) -> None:
    network = NETWORKS[name]
    size = network.default_size
    body = build_body(network, InputSpec(height=size, width=size, channels=channels), alpha=1.0)
    head = build_head(body.output.shape[-1], max(outputs, 2), dropout=0.2, sigmoid=outputs == 1)

    model = join(body, head, name=name)

    assert model.count_params() == parameters
    assert model.output_shape == (None, outputs)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_smallest_input_is_taken_and_one_pixel_less_is_too_few(name: NetworkName, channels: int) -> None:
    network = NETWORKS[name]
    size = network.smallest_size

    body = build_body(network, InputSpec(height=size, width=size, channels=channels), alpha=1.0)

    assert np.isfinite(body.predict(np.zeros((1, size, size, channels)), verbose=0)).all()
    with pytest.raises(ValueError, match="zero or negative"):
        build_body(network, InputSpec(height=size - 1, width=size - 1, channels=channels), alpha=1.0)


def test_convolutions_of_pairs_keep_the_size_and_have_no_batch_normalization() -> None:
    body = build_body(NETWORKS["separable_fashion"], InputSpec(height=28, width=28, channels=1), alpha=1.0)

    kinds = [type(layer).__name__ for layer in body.layers]
    assert kinds == [
        "InputLayer",
        "Rescaling",
        *["Conv2D", "SeparableConv2D", "MaxPooling2D"] * 3,
        "Flatten",
        "Dense",
    ]
    assert [body.get_layer(f"pool_{index}").output.shape[1] for index in (1, 2, 3)] == [14, 7, 3]
