"""What the recipes know of a network. Free of heavy imports, so that plans can be checked at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NetworkName

# Five halvings of 32 pixels leave one: below that the last feature map of these networks would be empty.
SMALLEST_IMAGE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """From raw pixels 0..255 to what the network was trained on: `pixel * scale + offset`."""

    scale: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One architecture.

    `default_size`: height and width in pixels. `channels`: the input channels it takes. `alphas`: the allowed
    width multipliers, `default_alpha` among them; `imagenet_alphas`: those with ImageNet weights, None for all. `body(tensor, alpha)`: Keras layers from normalised pixels
    [n, h, w, c] to the feature vectors [n, d] in front of the classification. `load_imagenet(model, alpha)`
    fills the body of a Keras model with ImageNet weights; None where there are none.
    """

    name: NetworkName
    default_size: int
    normalisation: Normalisation
    body: Callable[[Any, float], Any]
    load_imagenet: Callable[[Any, float], None] | None = None
    channels: tuple[int, ...] = (3,)
    alphas: tuple[float, ...] = (1.0,)
    imagenet_alphas: tuple[float, ...] | None = None
    default_alpha: float = 1.0

    @property
    def pretrained(self) -> bool:
        """Whether there is something to transfer from."""
        return self.load_imagenet is not None


def build_body(network: Network, spec: InputSpec, *, alpha: float) -> Any:
    """A Keras model from raw pixels [n, h, w, c] in 0..255 to feature vectors [n, d], weights random."""
    from edgesmith.train.backend import keras

    inputs = keras.Input((spec.height, spec.width, spec.channels), name="image")
    norm = network.normalisation
    pixels = keras.layers.Rescaling(norm.scale, offset=norm.offset, name="normalisation")(inputs)
    return keras.Model(inputs, network.body(pixels, alpha), name=f"{network.name}_body")


def build_head(features: int, classes: int, *, dropout: float) -> Any:
    """A Keras model from feature vectors [n, features] to probabilities [n, classes]."""
    from edgesmith.train.backend import keras

    inputs = keras.Input((features,), name="features")
    dropped = keras.layers.Dropout(dropout, name="dropout")(inputs)
    outputs = keras.layers.Dense(classes, activation="softmax", name="predictions")(dropped)
    return keras.Model(inputs, outputs, name="head")


def join(body: Any, head: Any, *, name: str) -> Any:
    """The classifier made of the layers of both, without nesting: raw pixels in, probabilities out."""
    from edgesmith.train.backend import keras

    tensor = body.output
    for layer in head.layers[1:]:
        tensor = layer(tensor)
    return keras.Model(body.input, tensor, name=name)
