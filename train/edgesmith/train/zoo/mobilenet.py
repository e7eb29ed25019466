"""MobileNetV1 (Howard et al., arXiv:1704.04861) and V2 (Sandler et al., arXiv:1801.04381) of Keras."""

import warnings
from typing import Any

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.train.zoo.network import Network, Normalisation

# keras.applications.mobilenet.preprocess_input, mode "tf": x / 127.5 - 1.
NORMALISATION = Normalisation(scale=1 / 127.5, offset=-1.0)


def _body_v1(pixels: Any, alpha: float) -> Any:
    from edgesmith.train.backend import keras

    return pool_body(keras.applications.MobileNet, pixels, alpha)


def _body_v2(pixels: Any, alpha: float) -> Any:
    from edgesmith.train.backend import keras

    return pool_body(keras.applications.MobileNetV2, pixels, alpha)


def pool_body(application: Any, pixels: Any, alpha: float, **options: Any) -> Any:
    """The features [n, d] of one of keras.applications, its weights random; `options` are its own."""
    from edgesmith.train.backend import keras

    body = application(input_tensor=pixels, alpha=alpha, include_top=False, weights=None, **options)
    # Not by `pooling="avg"`, whose layer gets another number in its name with every model of the process.
    return keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(body.output)


def _load_v1(model: Any, alpha: float) -> None:
    from edgesmith.train.backend import keras

    copy_from_keras(keras.applications.MobileNet, model, alpha)


def _load_v2(model: Any, alpha: float) -> None:
    from edgesmith.train.backend import keras

    copy_from_keras(keras.applications.MobileNetV2, model, alpha)


def copy_from_keras(application: Any, model: Any, alpha: float, **options: Any) -> None:
    """Let Keras fetch its ImageNet weights (cached in ~/.keras) and copy them layer by layer.

    `options` are those that `pool_body` was given. Raises `EdgesmithError` when the download fails.
    """
    shape = model.input.shape[1:]
    try:
        with warnings.catch_warnings():
            # Keras has weights of one or five input sizes and says so when it takes those of 224 for another.
            warnings.filterwarnings("ignore", message="`input_shape` is undefined or non-square")
            pretrained = application(
                input_shape=shape, alpha=alpha, include_top=False, weights="imagenet", **options
            )
    except Exception as error:
        # keras.utils.get_file raises a bare Exception for whatever the network answers.
        if "URL fetch failure" not in str(error):
            raise
        raise EdgesmithError(
            f"the ImageNet weights of {application.__name__} cannot be downloaded: {error}",
            tip="--weights FILE takes a weights file you have; efficientnet_lite0 needs no network",
        ) from error
    for layer in pretrained.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())


MOBILENET_V1 = Network(
    name="mobilenet_v1",
    default_size=224,
    normalisation=NORMALISATION,
    body=_body_v1,
    load_imagenet=_load_v1,
    alphas=(0.25, 0.5, 0.75, 1.0),
)

MOBILENET_V2 = Network(
    name="mobilenet_v2",
    default_size=224,
    normalisation=NORMALISATION,
    body=_body_v2,
    load_imagenet=_load_v2,
    alphas=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
)
