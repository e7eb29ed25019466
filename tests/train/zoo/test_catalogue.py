from typing import Any

import pytest

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NETWORK_NAMES, NetworkName
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join
from edgesmith.train.zoo.reference import REFERENCES


def count_macs(model: Any) -> int:
    """Every element of a kernel is used once for each position of its output."""
    kernels = {
        "Conv2D": ("kernel",),
        "DepthwiseConv2D": ("kernel",),
        "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel"),
        "Dense": ("kernel",),
    }
    total = 0
    for layer in model.layers:
        positions = 1
        for length in layer.output.shape[1:-1]:
            positions *= length
        for kernel in kernels.get(type(layer).__name__, ()):
            elements = 1
            for length in getattr(layer, kernel).shape:
                elements *= length
            total += positions * elements
    return total


def test_every_name_has_its_network() -> None:
    assert tuple(NETWORKS) == tuple(REFERENCES) == NETWORK_NAMES
    assert all(network.name == name for name, network in NETWORKS.items())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if NETWORKS[name].weights == "none" else pytest.mark.slow)
        for name in NETWORK_NAMES
    ],
)
def test_reference_is_what_the_layers_add_up_to(name: NetworkName) -> None:
    network = NETWORKS[name]
    reference, size = REFERENCES[name], network.default_size
    spec = InputSpec(height=size, width=size, channels=network.channels[0])
    body = build_body(network, spec, alpha=network.default_alpha)
    sigmoid = reference.outputs == 1
    head = build_head(
        body.output.shape[-1], 2 if sigmoid else reference.outputs, dropout=0.0, sigmoid=sigmoid
    )

    model = join(body, head, name=name)

    assert (model.count_params(), count_macs(model)) == (reference.parameters, reference.macs)


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_weights_are_named_where_there_are_some(name: NetworkName) -> None:
    assert (NETWORKS[name].weights != "none") == NETWORKS[name].pretrained
