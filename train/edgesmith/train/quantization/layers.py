"""Keras layers that round as int8 does while staying float32, in the operations of Keras alone.

The rounding is TFLite's 8-bit quantization specification: weights symmetric, codes -127..127, one scale for
each output channel (one for the whole kernel of a dense layer); activations asymmetric, 256 codes, zero on
one of them. Gradients pass the rounding as if it were not there (straight-through estimator, Bengio et al.,
arXiv:1308.3432; Jacob et al., arXiv:1712.05877, section 3).
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgesmith.train.backend import keras

_HIGHEST_CODE = 127
# A channel of zeros still needs a scale.
_LEAST_BOUND = 1e-8

_serializable = keras.saving.register_keras_serializable(package="edgesmith")


def channel_axes(layer: Any) -> tuple[int, ...]:
    """The axes of the kernel of `layer` that share a scale."""
    if isinstance(layer, keras.layers.Dense):
        return (0, 1)  # [in, out]: FULLY_CONNECTED has one scale
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return (0, 1)  # [h, w, in, multiplier]: each of the last two is an output channel
    return (0, 1, 2)  # [h, w, in, out]


def kernel_bounds(layer: Any, kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest magnitude of each group of weights that share a scale, with the kernel's dimensions."""
    largest: NDArray[np.float32] = np.abs(kernel).max(channel_axes(layer), keepdims=True)
    return np.maximum(largest, np.float32(_LEAST_BOUND))


def round_kernel(layer: Any, kernel: Any) -> Any:
    """`kernel` of `layer` at its 255 levels, float32; its gradient is that of `kernel` itself.

    A raw kernel may be rounded in place of the one that BatchNormalization is folded into: folding multiplies
    each output channel by a constant, which multiplies the channel's largest weight and so its scale alike,
    and leaves the codes as they are (negative constants mirror them, and the codes are symmetric). It needs
    statistics that stand still: those of a batch would give another constant each step.
    """
    ops = keras.ops
    bounds = ops.maximum(ops.max(ops.abs(kernel), channel_axes(layer), keepdims=True), _LEAST_BOUND)
    scale = bounds / _HIGHEST_CODE
    return kernel + ops.stop_gradient(ops.round(kernel / scale) * scale - kernel)


@_serializable
class RoundedKernel(keras.layers.Wrapper):  # type: ignore[misc]  # keras is untyped
    """A Conv2D, DepthwiseConv2D or Dense that computes with its kernel rounded.

    What is trained is the kernel divided by `bounds`, its largest magnitudes at the start: Adam's steps have
    one size for all weights, and a step in proportion to the largest weight of a tensor wrecks the channels
    whose weights are a hundred times smaller.
    """

    def __init__(self, layer: Any, *, bounds: ArrayLike, **options: Any) -> None:
        super().__init__(layer, **options)
        self.bounds = np.asarray(bounds, np.float32)

    def call(self, inputs: Any) -> Any:
        """The layer's outputs."""
        kernel = self.layer.kernel
        values = {id(variable): (variable, variable.value) for variable in self.layer.variables}
        values[id(kernel)] = (kernel, round_kernel(self.layer, kernel.value * self.bounds))
        # Every variable is given: inside of the JAX trainer's own scope, those left out would be stale.
        with keras.StatelessScope(list(values.values())):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the layer."""
        return self.layer.compute_output_shape(input_shape)

    def load(self, weights: list[NDArray[np.float32]]) -> None:
        """Take the weights of a plain layer: kernel, and bias if it has one."""
        kernel, *bias = weights
        self.layer.set_weights([kernel / self.bounds, *bias])

    def plain_weights(self) -> list[NDArray[np.float32]]:
        """The weights as a plain layer holds them, unrounded."""
        kernel, *bias = self.layer.get_weights()
        return [kernel * self.bounds, *bias]

    def get_config(self) -> dict[str, Any]:
        """For the checkpoint of the best epoch."""
        return {**super().get_config(), "bounds": self.bounds.tolist()}


@_serializable
class RoundedActivation(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """A tensor at 256 levels between `low` and `high`; values outside are clipped and pass no gradient."""

    def __init__(self, *, low: float, high: float, **options: Any) -> None:
        super().__init__(**options)
        self.low, self.high = low, high

    @classmethod
    def covering(cls, low: float, high: float, **options: Any) -> Self:
        """For values in `low`..`high`, and zero, which padding needs to be exact."""
        low = min(low, 0.0)
        return cls(low=low, high=max(high, 0.0, low + 1e-6), **options)

    def call(self, inputs: Any) -> Any:
        """The rounded tensor."""
        return keras.quantizers.fake_quant_with_min_max_vars(inputs, self.low, self.high, num_bits=8)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """For the checkpoint of the best epoch."""
        return {**super().get_config(), "low": self.low, "high": self.high}


@_serializable
class FrozenBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # keras is untyped
    """BatchNormalization whose statistics never move, while its scale and offset can be trained.

    `trainable = False` would freeze all four; the offset is the bias of the folded convolution, which has to
    make up for the mean shift that rounding causes.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """As at inference, whatever `training` says."""
        del training
        return super().call(inputs, training=False, mask=mask)
