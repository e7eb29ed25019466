"""The networks of keras.applications as bodies: built, named and filled with their ImageNet weights."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import EdgesmithError, OptionError
from edgesmith.train.zoo.layer_names import number_from_the_start

# `Network.weights` of them all.
BY_KERAS = "ImageNet, downloaded by Keras"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One function of keras.applications, by its name, since importing Keras takes seconds.

    `default_size`: of its published weights, as far as `sizes` names no others. `has_alpha`: whether it takes a
    width multiplier. `options`: its other arguments. `bgr_layer`: as `Network` has it.
    """

    function: str
    default_size: int = 224
    sizes: tuple[int, ...] = ()
    has_alpha: bool = False
    options: dict[str, bool] = field(default_factory=dict)
    bgr_layer: str | None = None

    def body(self, pixels: Any, alpha: float) -> Any:
        """The features [n, d] of normalised pixels [n, h, w, 3], weights random."""
        from edgesmith.train.backend import keras

        model = self._build(alpha, input_tensor=pixels, include_top=False, weights=None)
        # Not by `pooling="avg"`, whose layer gets another number in its name with every model of the process.
        return keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(model.output)

    def classifier(self, pixels: Any, alpha: float) -> Any:
        """The probabilities [n, 1000] of normalised pixels [n, h, w, 3] by its own head, weights random."""
        return self._build(alpha, input_tensor=pixels, include_top=True, weights=None).output

    def load_imagenet(self, model: Any, alpha: float) -> None:
        """Fill a model that ends in `body`. Raises `EdgesmithError` when the download fails."""
        self._copy(model, alpha, include_top=False)

    def load_imagenet_classifier(self, model: Any, alpha: float) -> None:
        """Fill a model that ends in `classifier`. Raises `EdgesmithError` when the download fails."""
        self._copy(model, alpha, include_top=True)

    def _copy(self, model: Any, alpha: float, *, include_top: bool) -> None:
        """Let Keras fetch its weights (cached in ~/.keras) and copy them, layer by layer in their order."""
        height = model.input.shape[1]
        size = height if height in self.sizes else self.default_size
        try:
            pretrained = self._build(
                alpha, input_shape=(size, size, 3), include_top=include_top, weights="imagenet"
            )
        except Exception as error:
            # keras.utils.get_file raises a bare Exception for whatever the network answers.
            if "URL fetch failure" not in str(error):
                raise
            raise EdgesmithError(
                f"the ImageNet weights of {self.function} cannot be downloaded: {error}",
                tip="--weights FILE takes a weights file you have; efficientnet_lite0 needs no network",
            ) from error
        sources = [layer for layer in pretrained.layers if layer.weights]
        targets = [layer for layer in model.layers if layer.weights]
        for source, target in zip(sources, targets, strict=True):
            arrays = source.get_weights()
            if [array.shape for array in arrays] != [tuple(weight.shape) for weight in target.weights]:
                # Of VGG16 and VGG19: their first dense layer has a weight for every position.
                raise OptionError(
                    f"{self.function}'s head for ImageNet needs an input of {size}, not {height}",
                    tip=f"--image-size {size}",
                )
            target.set_weights(from_bgr(arrays) if target.name == self.bgr_layer else arrays)

    def _build(self, alpha: float, **arguments: Any) -> Any:
        from edgesmith.train.backend import keras

        if self.has_alpha:
            arguments["alpha"] = alpha
        model = getattr(keras.applications, self.function)(**arguments, **self.options)
        number_from_the_start(model)
        return model


def from_bgr(arrays: list[NDArray[np.generic]]) -> list[NDArray[np.generic]]:
    """The kernel [h, w, 3, filters] and bias of a convolution of blue, green and red, for red, green and blue."""
    kernel, *others = arrays
    return [kernel[:, :, ::-1], *others]
