"""A RUN or a `.keras` file under explanation."""

from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.activations import LayerActivation
from edgesmith.convert.explain.gradients import feature_gradients
from edgesmith.convert.explain.network import Network, Node, flatten, without_activation
from edgesmith.convert.explain.subject import Pixels
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP
from edgesmith.runtime.errors import DataError, ModelFileError, UnsupportedModelError
from edgesmith.runtime.scores import probabilities
from edgesmith.runtime.spec import InputSpec

import keras  # isort: skip


class KerasSubject:
    """A classifier with raw pixels 0..255 as input and probabilities as output, with its layers and gradients."""

    resolution = 1e-7  # of float32 next to 1

    def __init__(self, model: Any, *, name: str, labels: tuple[str, ...], geometry: InputSpec) -> None:
        self.model, self.name, self.labels, self.geometry = model, name, labels, geometry
        self.origin = f"keras {keras.__version__}"
        outputs = model.outputs[0].shape[-1]
        if len(model.outputs[0].shape) != 2 or len(labels) != (2 if outputs == 1 else outputs):
            raise DataError(
                f"{len(labels)} labels for an output of shape {tuple(model.outputs[0].shape)}",
                tip="one label for each output, in order; two for a single sigmoid output",
            )

    @cached_property
    def network(self) -> Network:
        """The model's layers, nested ones included."""
        return flatten(self.model)

    def scores(self, pixels: Pixels) -> NDArray[np.float32]:
        """Probabilities [n, classes]."""
        # Compiling takes a second and pays from the second batch on.
        run = self._compiled if len(pixels) > 1 else self.model
        rows = _numpy(run(self._tensor(pixels), training=False))
        return np.stack([probabilities(row, classes=len(self.labels)) for row in rows])

    def activations(self, pixels: Pixels) -> list[LayerActivation]:
        """Convolution, pooling and activation layers for one picture, in order; of one pass."""
        nodes = self.network.of_kinds("convolution", "pooling", "activation")
        if not nodes:
            raise UnsupportedModelError(
                "the model has no convolution, pooling or activation layers",
                tip="explain shows convolutional networks; `edgesmith inspect` lists what a converted file holds",
            )
        model = keras.Model(self.network.input, [node.output for node in nodes])
        outputs = keras.tree.flatten(model(self._tensor(pixels), training=False))
        return [_activation(node, output) for node, output in zip(nodes, outputs, strict=True)]

    def feature_map(self, pixels: Pixels, layer: str | None) -> LayerActivation:
        """A layer's map for one picture; None: the last convolutional one."""
        node = self.map_node(layer)
        return _activation(
            node, keras.Model(self.network.input, node.output)(self._tensor(pixels), training=False)
        )

    def map_node(self, layer: str | None) -> Node:
        """The layer of a name, or the last convolutional one. Raises for a layer that gives no map."""
        node = self.network.last_map() if layer is None else self.network.find(layer)
        if not node.is_map:
            raise UnsupportedModelError(
                f"{node.path!r} has the output shape {tuple(node.output.shape)}; a map of several places is needed",
                tip=f"the last such layer is {self.network.last_map().path!r}",
            )
        return node

    def class_gradients(
        self, pixels: Pixels, layer: str | None, classes: tuple[int, ...]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32] | None]]:
        """The layer's map for one picture, and on it the gradient of each class's score before softmax.

        All [height, width, channels]; a gradient is None where there is none.
        """
        node = self.map_node(layer)
        model = keras.Model(self.network.input, [node.output, self._evidence])
        # One sigmoid is evidence for the second class, against the first.
        single = self.model.outputs[0].shape[-1] == 1
        directions = [(-1.0 if index == 0 else 1.0, 0) if single else (1.0, index) for index in classes]
        return feature_gradients(model, pixels.astype(np.float32), directions)

    @cached_property
    def _evidence(self) -> Any:
        # Probabilities saturate, and one class's rises when another's falls: Grad-CAM asks the scores before.
        last = self.network.nodes[-1]
        return without_activation(last) if last.output is self.network.output else self.network.output

    @cached_property
    def _compiled(self) -> Any:
        import tensorflow as tf

        # Hundreds of passes for one occlusion map; not compiled, each would cost twice the time.
        return tf.function(self.model, reduce_retracing=True)

    def _tensor(self, pixels: Pixels) -> Any:
        return keras.ops.convert_to_tensor(pixels.astype(np.float32))


def load_keras_subject(
    file: Path, *, name: str, labels: tuple[str, ...] | None, geometry: InputSpec | None
) -> KerasSubject:
    """Load a `.keras` file.

    `labels`: None calls them class 0, class 1, …. `geometry`: None takes the model's input shape and
    stretches pictures to it. Raises `ModelFileError` when Keras cannot load the file, `UnsupportedModelError`
    when it is no image classifier.
    """
    try:
        model = keras.saving.load_model(file, compile=False)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile) as error:
        raise ModelFileError(
            f"{str(file)!r} is no model that Keras {keras.__version__} loads: {str(error).splitlines()[0]}",
            tip="explain knows RUN folders and .keras files; custom layers cannot be loaded",
        ) from error
    inputs, outputs = [tuple(tensor.shape) for tensor in model.inputs], model.outputs
    if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0]) != 4 or None in inputs[0][1:]:
        raise UnsupportedModelError(
            f"inputs of shape {inputs}, {len(outputs)} outputs; one (batch, height, width, channels) and one output"
            " are needed",
            tip=CLASSIFIER_TIP,
        )
    if geometry is None:
        geometry = _stretched(inputs[0][1:])
    if labels is None:
        labels = tuple(f"class {index}" for index in range(max(2, outputs[0].shape[-1])))
    return KerasSubject(model, name=name, labels=labels, geometry=geometry)


def _stretched(shape: tuple[int, int, int]) -> InputSpec:
    try:
        return InputSpec(height=shape[0], width=shape[1], channels=shape[2])
    except ValueError as error:
        raise UnsupportedModelError(f"input shape {shape}: {error}", tip=CLASSIFIER_TIP) from error


def _activation(node: Node, output: Any) -> LayerActivation:
    values = _numpy(output)[0]
    return LayerActivation(
        name=node.path, kind=node.kind, values=values.reshape((1, 1, -1)) if values.ndim == 1 else values
    )


def _numpy(tensor: Any) -> NDArray[np.float32]:
    values: NDArray[np.float32] = keras.ops.convert_to_numpy(tensor)
    return values
