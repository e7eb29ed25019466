"""A Keras model as one flat list of layers, whatever is nested in it."""

from dataclasses import dataclass, field
from typing import Any

import tensorflow  # noqa: F401 - before keras: the other way round breaks TensorFlow's converter

import keras  # isort: skip

from edgesmith.convert.explain.activations import LayerKind
from edgesmith.convert.explain.subject import unknown
from edgesmith.runtime.errors import UnsupportedModelError

_CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)
_POOLINGS = (
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalAveragePooling2D,
)
_ACTIVATIONS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
)
# Functions of keras.ops in a functional model are operations without a layer.
_ACTIVATION_FUNCTIONS = frozenset({"Relu", "Relu6", "Elu", "Gelu", "Silu", "HardSilu", "LeakyRelu", "Selu"})

# What hands a map on without computing a new one: Grad-CAM wants the map before these.
_PASSING = (*_POOLINGS, keras.layers.Dropout, keras.layers.SpatialDropout2D, keras.layers.ZeroPadding2D)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """One call of one layer. `path`: names from the outside in, `base/block_13_expand`. Symbolic tensors."""

    path: str
    layer: Any
    kind: LayerKind
    input: Any
    output: Any

    @property
    def is_map(self) -> bool:
        """Whether the output is [n, height, width, channels] with more than one place."""
        shape = self.output.shape
        return len(shape) == 4 and (shape[1] or 2) * (shape[2] or 2) > 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """The model's layers in the order in which they run, on an input of their own that shares the weights."""

    input: Any
    output: Any
    nodes: tuple[Node, ...]

    def find(self, name: str) -> Node:
        """The layer of a name.

        Beside the whole path, `base/…` names the only nested model, whatever it is called, and a part of the
        path suffices where it is unique. Raises `OptionError` with the names that come close.
        """
        paths = [node.path for node in self.nodes]
        outer = {path.partition("/")[0] for path in paths if "/" in path}
        wanted = name
        if name.startswith("base/") and "base" not in outer and len(outer) == 1:
            wanted = f"{next(iter(outer))}/{name.removeprefix('base/')}"
        # The last call of a layer that is called twice.
        exact = [node for node in self.nodes if node.path == wanted]
        if exact:
            return exact[-1]
        ending = [node for node in self.nodes if node.path.endswith(f"/{wanted}")]
        if len(ending) == 1:
            return ending[0]
        raise unknown("layer", name, paths)

    def last_map(self) -> Node:
        """The last convolutional feature map, before any pooling. Raises `UnsupportedModelError` without one."""
        computed = [node for node in self.nodes if node.is_map and not isinstance(node.layer, _PASSING)]
        if not any(node.kind == "convolution" for node in computed):
            raise UnsupportedModelError(
                "the model has no convolutional feature map", tip="--method occlusion needs none"
            )
        return computed[-1]

    def of_kinds(self, *kinds: LayerKind) -> list[Node]:
        """The layers of some kinds whose output can be shown: maps, and vectors of pooling layers."""
        return [
            node
            for node in self.nodes
            if node.kind in kinds and (len(node.output.shape) == 4 or node.kind == "pooling")
        ]


@dataclass(slots=True)
class _Walk:
    nodes: list[Node] = field(default_factory=list)

    def through(self, model: Any, tensor: Any, prefix: str = "") -> Any:
        """Call the model's layers on `tensor`, nested models layer by layer."""

        def call(layer: Any, *arguments: Any, **options: Any) -> Any:
            if _is_graph(layer):
                return self.through(layer, arguments[0], f"{prefix}{layer.name}/")
            output = layer(*arguments, **options)
            self.nodes.append(
                Node(
                    path=f"{prefix}{layer.name}",
                    layer=layer,
                    kind=_kind(layer),
                    input=arguments[0] if arguments else None,
                    output=output,
                )
            )
            return output

        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                tensor = call(layer, tensor)
            return tensor
        # What keras.models.clone_model itself uses; clone_model does not enter nested Sequentials.
        return model._run_through_graph(tensor, operation_fn=lambda layer: layer, call_fn=call)


def flatten(model: Any, *, shape: tuple[int, int, int] | None = None) -> Network:
    """The layers of a functional or sequential model; `shape`: another input size, where the layers allow it.

    Raises `UnsupportedModelError` for a model that is Python code instead of a graph of layers.
    """
    if not _is_graph(model):
        raise UnsupportedModelError(
            f"{model.name!r} is a subclass of keras.Model, whose layers have no order that can be read",
            tip="build it with the functional API, or ask for --method occlusion --show heatmaps",
        )
    walk = _Walk()
    source = keras.Input(model.inputs[0].shape[1:] if shape is None else shape, name="explained")
    output = walk.through(model, source)
    return Network(input=source, output=output, nodes=tuple(walk.nodes))


def without_activation(node: Node) -> Any:
    """The layer's output before the activation that is fused into it, or before it if it is one.

    There the gradient does not vanish where the activation is flat. The output itself where neither applies.
    """
    activation = getattr(node.layer, "activation", None)
    if node.kind == "activation" or isinstance(node.layer, keras.layers.Softmax):
        return node.input
    if activation is None or activation is keras.activations.linear:
        return node.output
    settings = {**node.layer.get_config(), "activation": "linear", "name": f"{node.layer.name}_before"}
    twin = type(node.layer).from_config(settings)
    before = twin(node.input)
    twin.set_weights(node.layer.get_weights())
    return before


def _is_graph(layer: Any) -> bool:
    return isinstance(layer, (keras.Sequential, keras.src.models.functional.Functional))


def _kind(layer: Any) -> LayerKind:
    if isinstance(layer, _CONVOLUTIONS):
        return "convolution"
    if isinstance(layer, _POOLINGS):
        return "pooling"
    if isinstance(layer, _ACTIVATIONS) or type(layer).__name__ in _ACTIVATION_FUNCTIONS:
        return "activation"
    return "other"
