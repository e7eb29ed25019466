"""What the recipes know of a network. Free of heavy imports, so that plans can be checked at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec

# Five halvings of 32 pixels leave one: below that the last feature map of most networks would be empty.
SMALLEST_IMAGE = 32
LARGEST_IMAGE = 1024

# MobileNetV1's first convolution has 32 filters times alpha, and one is the least. At 2 it has four times the
# parameters of the paper's largest.
_SMALLEST_ALPHA, _LARGEST_ALPHA = 0.05, 2.0

# The first layer of every model of ours.
NORMALISATION_LAYER = "normalisation"

PerChannel = float | tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """From raw pixels 0..255 to what the network was trained on: `pixel * scale + offset`.

    One number for all channels, or one for each of red, green and blue.
    """

    scale: PerChannel
    offset: PerChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One architecture.

    `default_size` and `smallest_size`: height and width in pixels. `channels`: the input channels it takes,
    its own first. `body(tensor, alpha)`: Keras layers from normalised pixels [n, h, w, c] to the feature
    vectors [n, d] in front of the classification. `load_imagenet(model, alpha)` fills the body of a Keras
    model with ImageNet weights; None where there are none; `weights` says in words where they come from.
    `imagenet_classifier` and `load_imagenet_classifier` are like `body` and `load_imagenet`, for the network with
    the head of its 1000 ImageNet classes.
    `alphas`: the width multipliers of its paper, `default_alpha` among them; with `any_alpha` others do too.
    `imagenet_alphas`: those with ImageNet weights, None for all of `alphas`. `bgr_layer`: the convolution
    whose input channels stand in the order blue, green, red in the weights of keras.applications.
    `classifier(spec, classes)`: instead of `normalisation` and `body`, a complete Keras model from raw pixels to
    probabilities, for a network of the user's (`edgesmith.train.zoo.custom`).
    """

    name: str
    default_size: int
    normalisation: Normalisation | None = None
    body: Callable[[Any, float], Any] | None = None
    classifier: Callable[[InputSpec, int], Any] | None = None
    smallest_size: int = SMALLEST_IMAGE
    load_imagenet: Callable[[Any, float], None] | None = None
    imagenet_classifier: Callable[[Any, float], Any] | None = None
    load_imagenet_classifier: Callable[[Any, float], None] | None = None
    weights: str = "none"
    channels: tuple[int, ...] = (3,)
    alphas: tuple[float, ...] = (1.0,)
    any_alpha: bool = False
    imagenet_alphas: tuple[float, ...] | None = None
    default_alpha: float = 1.0
    bgr_layer: str | None = None

    @property
    def pretrained(self) -> bool:
        """Whether there is something to transfer from."""
        return self.load_imagenet is not None

    def require_input(self, *, size: int, channels: int) -> None:
        """Raise `OptionError` for an input of `size` × `size` × `channels` that the network does not take."""
        if not self.smallest_size <= size <= LARGEST_IMAGE:
            raise OptionError(
                f"image size {size} is outside {self.smallest_size}..{LARGEST_IMAGE} for {self.name}",
                tip=f"{self.name} was designed for {self.default_size}",
            )
        if channels not in self.channels:
            raise OptionError(
                f"{self.name} takes {_either(self.channels)} channels, not {channels}",
                tip="without --channels, grey pictures become RGB",
            )

    def require_alpha(self, alpha: float, *, imagenet: bool) -> None:
        """Raise `OptionError` for a width that the network, or its ImageNet weights, do not have."""
        if alpha not in self.alphas and not (self.any_alpha and _SMALLEST_ALPHA <= alpha <= _LARGEST_ALPHA):
            allowed = f"{_SMALLEST_ALPHA:g} to {_LARGEST_ALPHA:g}" if self.any_alpha else _either(self.alphas)
            raise OptionError(
                f"alpha {alpha:g} is none of {self.name}'s width multipliers", tip=f"--alpha {allowed}"
            )
        pretrained = self.imagenet_alphas or self.alphas
        if imagenet and alpha not in pretrained:
            raise OptionError(
                f"there are no ImageNet weights of {self.name} with alpha {alpha:g}",
                tip=f"--alpha {_either(pretrained)}, or --weights FILE, or --recipe scratch",
            )


def build_body(network: Network, spec: InputSpec, *, alpha: float) -> Any:
    """A Keras model from raw pixels [n, h, w, c] in 0..255 to feature vectors [n, d], weights random.

    Raises `OptionError` for a network without a body of its own.
    """
    if network.body is None:
        raise OptionError(
            f"{network.name} is a whole classifier; there is no body without its head",
            tip="--recipe scratch trains it",
        )
    from edgesmith.train.backend import keras

    inputs = keras.Input((spec.height, spec.width, spec.channels), name="image")
    return keras.Model(inputs, network.body(normalise(network, inputs), alpha), name=f"{network.name}_body")


def normalise(network: Network, pixels: Any) -> Any:
    """Raw pixels [n, h, w, c] in 0..255 to what `network.body` takes, by one layer."""
    from edgesmith.train.backend import keras

    norm = network.normalisation or Normalisation(scale=1.0, offset=0.0)
    return keras.layers.Rescaling(norm.scale, offset=norm.offset, name=NORMALISATION_LAYER)(pixels)


def build_head(features: int, classes: int, *, dropout: float, sigmoid: bool = False) -> Any:
    """A Keras model from feature vectors [n, features] to probabilities [n, classes].

    `sigmoid`: for two classes, one output [n, 1], the probability of the second. Probabilities are float32 in
    mixed precision too: of float16, the loss would see no number below 6e-8.
    """
    from edgesmith.train.backend import keras

    inputs = keras.Input((features,), name="features")
    dropped = keras.layers.Dropout(dropout, name="dropout")(inputs)
    if sigmoid:
        if classes != 2:
            raise OptionError(
                f"one sigmoid output tells two classes apart, not {classes}",
                tip="--head softmax, for any number of classes",
            )
        outputs = keras.layers.Dense(1, activation="sigmoid", dtype="float32", name="predictions")(dropped)
    else:
        outputs = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="predictions")(
            dropped
        )
    return keras.Model(inputs, outputs, name="head")


def join(body: Any, head: Any, *, name: str) -> Any:
    """The classifier made of the layers of both, without nesting: raw pixels in, probabilities out."""
    from edgesmith.train.backend import keras

    tensor = body.output
    for layer in head.layers[1:]:
        tensor = layer(tensor)
    return keras.Model(body.input, tensor, name=name)


def _either(values: tuple[float, ...]) -> str:
    return " or ".join(f"{value:g}" for value in values)
