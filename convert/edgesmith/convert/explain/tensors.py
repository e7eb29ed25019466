"""The tensors inside a `.tflite` while it runs, as real numbers, whatever they are stored as."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.explain.activations import LayerActivation, LayerKind
from edgesmith.convert.explain.subject import Pixels
from edgesmith.convert.tflite.read import operator_names
from edgesmith.runtime.errors import ModelFileError

_KINDS: dict[str, LayerKind] = {
    "CONV_2D": "convolution",
    "DEPTHWISE_CONV_2D": "convolution",
    "TRANSPOSE_CONV": "convolution",
    "MAX_POOL_2D": "pooling",
    "AVERAGE_POOL_2D": "pooling",
    "MEAN": "pooling",
    "RELU": "activation",
    "RELU6": "activation",
    "LEAKY_RELU": "activation",
    "PRELU": "activation",
    "HARD_SWISH": "activation",
    "LOGISTIC": "activation",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorValue:
    """The output of one operator. `place`: its number in the file. `values`: float32, the batch axis gone."""

    place: int
    operator: str
    name: str
    values: NDArray[np.float32]


class TensorReader:
    """A `.tflite` whose every tensor can be read after a run.

    LiteRT's interpreter shares memory between tensors unless `experimental_preserve_all_tensors` is set. With
    it, XNNPACK stays on, but takes each operator by itself, so that the results between them exist: the very
    kernels that run on the device. Without XNNPACK int8 activations differ by dozens of steps.
    """

    def __init__(self, path: Path) -> None:
        flatbuffer = path.read_bytes()
        self._operators = operator_names(flatbuffer)
        self._graph = schema.ModelT.InitFromPackedBuf(flatbuffer, 0).subgraphs[0]
        with warnings.catch_warnings():
            # That it takes memory, which is what it is for.
            warnings.filterwarnings("ignore", message=".*experimental_preserve_all_tensors")
            self._interpreter = Interpreter(
                model_content=flatbuffer, num_threads=2, experimental_preserve_all_tensors=True
            )
        try:
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"{path.name}: LiteRT cannot load it: {error}",
                tip="`edgesmith verify` says whether the file is intact; a newer ai-edge-litert may be needed",
            ) from error
        self._details = {detail["index"]: detail for detail in self._interpreter.get_tensor_details()}

    @property
    def kernels(self) -> str:
        """Which kernels computed what is read, for the page."""
        nodes = [detail["op_name"] for detail in self._interpreter._get_ops_details()]
        delegated = sum(name == "DELEGATE" for name in nodes)
        if delegated == len(self._operators):
            return f"XNNPACK for all {delegated} operators"
        return f"XNNPACK for {delegated} of {len(self._operators)} operators, LiteRT's own for the others"

    def read(self, pixels: Pixels) -> list[TensorValue]:
        """Run one picture [1, height, width, channels]; the output of every operator, in order."""
        source = self._interpreter.get_input_details()[0]
        self._interpreter.set_tensor(source["index"], pixels.astype(source["dtype"]))
        self._interpreter.invoke()
        return [
            TensorValue(
                place=place,
                operator=name,
                name=self._graph.tensors[operator.outputs[0]].name.decode(errors="replace"),
                values=self._value(int(operator.outputs[0])),
            )
            for place, (name, operator) in enumerate(zip(self._operators, self._graph.operators, strict=True))
        ]

    def _value(self, index: int) -> NDArray[np.float32]:
        stored = self._interpreter.get_tensor(index)
        real: NDArray[np.float32] = dequantized(stored, self._details[index]["quantization_parameters"])[0]
        return real


def dequantized(stored: NDArray[Any], parameters: dict[str, Any]) -> NDArray[np.float32]:
    """Real values: (stored - zero point) · scale, as TFLite's quantization specification has it.

    `parameters`: `scales` and `zero_points`, one each for activations; none for float tensors.
    """
    values: NDArray[np.float32] = stored.astype(np.float32)
    if len(parameters["scales"]) == 0:
        return values
    real: NDArray[np.float32] = (values - parameters["zero_points"][0]) * parameters["scales"][0]
    rounded: NDArray[np.float32] = real.astype(np.float32)
    return rounded


def as_activations(tensors: list[TensorValue]) -> list[LayerActivation]:
    """The convolution, pooling and activation operators among them, as layers."""
    return [
        LayerActivation(
            name=f"{tensor.place:03d} {short_name(tensor)}",
            kind=_KINDS[tensor.operator],
            values=tensor.values.reshape((1, 1, -1)) if tensor.values.ndim == 1 else tensor.values,
        )
        for tensor in tensors
        if tensor.operator in _KINDS and tensor.values.ndim in (1, 3)
    ]


def short_name(tensor: TensorValue) -> str:
    """The operator's kind and the first of the fused names: `CONV_2D Relu6_12`."""
    # The converter joins the names of what it fused: "Relu6;BiasAdd;Conv2D;BiasAdd/bias1".
    first = tensor.name.partition(";")[0].removesuffix(":0").rpartition("/")[2]
    return f"{tensor.operator} {first}"
