"""A float `.tflite`, read into a graph. Whatever the graph does not know is named and refused here."""

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.model import ACTIVATIONS, KINDS, Activation, Kind
from edgesmith.convert.tflite.options import read_options
from edgesmith.convert.tflite.packing import builtin_code
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP
from edgesmith.runtime.errors import UnsupportedModelError

_NAMES = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
_ACTIVATION_NAMES = {
    value: name for name, value in vars(schema.ActivationFunctionType).items() if isinstance(value, int)
}
_TYPES = {value: name for name, value in vars(schema.TensorType).items() if isinstance(value, int)}
_NUMPY: dict[int, np.dtype[Any]] = {
    schema.TensorType.FLOAT32: np.dtype(np.float32),
    schema.TensorType.INT32: np.dtype(np.int32),
    schema.TensorType.INT64: np.dtype(np.int64),
}

# Weights as TFLite stores them, to the order that tf.nn takes.
_WEIGHT_AXES: dict[Kind, tuple[int, ...]] = {
    "CONV_2D": (1, 2, 3, 0),
    "FULLY_CONNECTED": (1, 0),
}


def operator_names(flatbuffer: bytes) -> list[str]:
    """The builtin names of all operators of the first subgraph, in order; `CUSTOM:<code>` for custom ones."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    return [operator_name(model, operator) for operator in model.subgraphs[0].operators]


def read_graph(flatbuffer: bytes) -> Graph:
    """Read a float32 classifier.

    Raises `UnsupportedModelError` naming every operator outside the graph's kinds, open shapes, types that
    are not float32, or more than one input or output.
    """
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    reader = _Reader(model)
    return reader.graph()


class _Reader:
    """Holds one parsed flatbuffer while its parts are collected."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.subgraph = model.subgraphs[0]
        self.constants: dict[str, NDArray[Any]] = {}

    def graph(self) -> Graph:
        self._refuse_quantized()
        self._refuse_unknown()
        inputs, outputs = list(self.subgraph.inputs), list(self.subgraph.outputs)
        if len(inputs) != 1 or len(outputs) != 1:
            raise UnsupportedModelError(
                f"{len(inputs)} inputs and {len(outputs)} outputs; an image classifier has one of each",
                tip=CLASSIFIER_TIP,
            )
        shape = tuple(int(size) for size in self.subgraph.tensors[inputs[0]].shape)
        if len(shape) != 4 or shape[0] != 1 or shape[3] not in (1, 3):
            raise UnsupportedModelError(
                f"input shape {shape}; [1, height, width, 1 or 3] is needed", tip=CLASSIFIER_TIP
            )
        operators = tuple(self._operator(operator) for operator in self.subgraph.operators)
        return Graph(
            input=self._name(inputs[0]),
            input_shape=(1, shape[1], shape[2], shape[3]),
            output=self._name(outputs[0]),
            operators=operators,
            constants=self.constants,
        )

    def _refuse_quantized(self) -> None:
        # First, since the operators of a quantized file are unknown only because it is quantized.
        found = {operator_name(self.model, operator) for operator in self.subgraph.operators} & _QUANTIZERS
        found |= {_TYPES[tensor.type] for tensor in self.subgraph.tensors if _is_quantized(tensor)}
        if found:
            raise UnsupportedModelError(
                f"the model is quantized already: it has {', '.join(sorted(found))}",
                tip="give the float model: edgesmith quantizes it itself",
            )

    def _refuse_unknown(self) -> None:
        names = {operator_name(self.model, operator) for operator in self.subgraph.operators}
        unknown = sorted(names - set(KINDS))
        if unknown:
            raise UnsupportedModelError(
                f"operators {', '.join(unknown)} cannot be converted", tip=f"known are {', '.join(KINDS)}"
            )

    def _operator(self, operator: Any) -> Operator:
        name = operator_name(self.model, operator)
        kind: Kind = next(known for known in KINDS if known == name)
        tensors = [int(index) for index in operator.inputs if index >= 0]
        if len(operator.outputs) != 1:
            raise UnsupportedModelError(f"{kind} with {len(operator.outputs)} outputs", tip=CLASSIFIER_TIP)
        values = [self._constant(index) for index in tensors]
        options = read_options(kind, operator.builtinOptions, values)
        # Shapes, axes and paddings arrive as constant operands; they are options from here on.
        operands = (
            tensors if kind in ("CONCATENATION", "ADD", "SUB", "MUL") else tensors[: _OPERANDS.get(kind, 1)]
        )
        output = self._name(int(operator.outputs[0]))
        inputs = tuple(self._operand(kind, index, options, reader=output) for index in operands)
        if kind in _OPERANDS and len(inputs) == 2:
            inputs = (*inputs, self._zero_bias(kind, inputs[1], name=output))
        return Operator(
            kind=kind,
            inputs=inputs,
            output=output,
            activation=_activation(kind, operator.builtinOptions),
            options=options,
        )

    def _operand(self, kind: Kind, index: int, options: dict[str, Any], *, reader: str) -> str:
        value = self._constant(index)
        if value is None:
            tensor = self.subgraph.tensors[index]
            if tensor.type != schema.TensorType.FLOAT32:
                raise UnsupportedModelError(
                    f"{kind} reads {_TYPES[tensor.type]} values; the model is quantized already",
                    tip="give the float model: edgesmith quantizes it itself",
                )
            return self._name(index)
        if value.dtype != np.float32:
            raise UnsupportedModelError(
                f"{kind} has {value.dtype} weights; float32 is needed",
                tip="give the float32 model: edgesmith makes the others itself",
            )
        if not np.isfinite(value).all():
            raise UnsupportedModelError(
                f"{kind} {self._name(index)!r} holds NaN or infinite weights", tip="train the model again"
            )
        # The converter stores equal constants once, above all the zero biases of depthwise convolutions; each
        # operator gets its own, since folding and bias correction change them one by one.
        name = f"{self._name(index)}:{reader}"
        self.constants[name] = _ordered(kind, value, options)
        return name

    def _zero_bias(self, kind: Kind, weights: str, *, name: str) -> str:
        shape = self.constants[weights].shape
        size = shape[2] * shape[3] if kind == "DEPTHWISE_CONV_2D" else shape[-1]
        self.constants[f"{name}:bias"] = np.zeros(size, np.float32)
        return f"{name}:bias"

    def _constant(self, index: int) -> NDArray[Any] | None:
        tensor = self.subgraph.tensors[index]
        data = self.model.buffers[tensor.buffer].data
        if data is None or len(data) == 0:
            return None
        if tensor.type not in _NUMPY:
            raise UnsupportedModelError(
                f"{self._name(index)!r} is stored as {_TYPES[tensor.type]}; the model is quantized already",
                tip="give the float model: edgesmith quantizes it itself",
            )
        shape = () if tensor.shape is None else tuple(int(size) for size in tensor.shape)
        values: NDArray[Any] = np.frombuffer(bytes(data), _NUMPY[tensor.type]).reshape(shape)
        return values

    def _name(self, index: int) -> str:
        # Names need not be unique in a file; the index is.
        return f"{self.subgraph.tensors[index].name.decode()}#{index}"


_QUANTIZERS = {"QUANTIZE", "DEQUANTIZE"}


def _is_quantized(tensor: Any) -> bool:
    # The scale tells quantized values from pixels that the model casts to float itself.
    quantization = tensor.quantization
    scaled = quantization is not None and quantization.scale is not None and len(quantization.scale) > 0
    return scaled and tensor.type in (schema.TensorType.INT8, schema.TensorType.UINT8)


_OPERANDS: dict[Kind, int] = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 3}


def operator_name(model: Any, operator: Any) -> str:
    """The builtin name of an unpacked operator; `CUSTOM:<code>` for a custom one."""
    code = model.operatorCodes[operator.opcodeIndex]
    name = _NAMES[builtin_code(model, operator)]
    return f"CUSTOM:{code.customCode.decode()}" if name == "CUSTOM" else name


def _ordered(kind: Kind, value: NDArray[Any], options: dict[str, Any]) -> NDArray[Any]:
    if kind in _WEIGHT_AXES and value.ndim == len(_WEIGHT_AXES[kind]):
        return np.ascontiguousarray(value.transpose(_WEIGHT_AXES[kind]))
    if kind == "DEPTHWISE_CONV_2D" and value.ndim == 4:
        # TFLite stores one more axis in front, of size 1, and channels times multiplier as one axis.
        return value.reshape(*value.shape[1:3], -1, options["multiplier"])
    return value


def _activation(kind: Kind, options: Any) -> Activation:
    value = getattr(options, "fusedActivationFunction", schema.ActivationFunctionType.NONE)
    name = _ACTIVATION_NAMES[value]
    for known in ACTIVATIONS:
        if known == name:
            return known
    raise UnsupportedModelError(f"{kind} with fused {name}", tip=f"known are {', '.join(ACTIVATIONS)}")
