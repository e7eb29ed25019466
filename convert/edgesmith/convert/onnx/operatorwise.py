"""A quantized `.tflite` taken apart, so that each operator can be looked at on its own."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.tflite.packing import packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """The operators of a model, none connected to another.

    `flatbuffer`: every activation that an operator reads is an input, every one it writes an output.
    `reads`: by input name, the activation it stands for. `writes`: for each operator, in order, the name of
    its output, which is an output of `exposed` too.
    """

    flatbuffer: bytes
    reads: Mapping[str, str]
    writes: tuple[str, ...]


def take_apart(tflite: bytes) -> Apart:
    """Cut every connection between operators; constants stay."""
    model = _renamed(tflite)
    subgraph = model.subgraphs[0]
    reads: dict[str, str] = {}
    inputs: list[int] = []
    for number, operator in enumerate(subgraph.operators):
        own: dict[int, int] = {}
        for index in map(int, operator.inputs):
            if index < 0 or index in own or _is_constant(model, index):
                continue
            tensor = copy.copy(subgraph.tensors[index])
            tensor.name = f"operator_{number}_reads_{index}".encode()
            reads[tensor.name.decode()] = subgraph.tensors[index].name.decode()
            own[index] = len(subgraph.tensors)
            subgraph.tensors.append(tensor)
        inputs += own.values()
        operator.inputs = np.array([own.get(int(index), index) for index in operator.inputs], np.int32)
    subgraph.inputs, subgraph.outputs = inputs, _written(subgraph)
    writes = tuple(subgraph.tensors[index].name.decode() for index in subgraph.outputs)
    return Apart(flatbuffer=packed(model), reads=reads, writes=writes)


class Activations:
    """Runs a quantized `.tflite` in LiteRT and shows every activation."""

    def __init__(self, tflite: bytes) -> None:
        """Load it with all activations as outputs."""
        model = _renamed(tflite)
        model.subgraphs[0].outputs = _written(model.subgraphs[0])
        self._interpreter = Interpreter(model_content=packed(model), num_threads=1)
        self._interpreter.allocate_tensors()

    def of(self, image: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """By the names that `Apart` uses, for raw pixels [1, height, width, channels]."""
        (source,) = self._interpreter.get_input_details()
        self._interpreter.set_tensor(source["index"], image)
        self._interpreter.invoke()
        tensors = self._interpreter.get_output_details()
        found = {str(tensor["name"]): self._interpreter.get_tensor(tensor["index"]) for tensor in tensors}
        return {str(source["name"]): image, **found}


def _renamed(tflite: bytes) -> Any:
    """The model, its tensors named by index: names need not be unique in a file."""
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    for index, tensor in enumerate(model.subgraphs[0].tensors):
        tensor.name = f"tensor_{index}".encode()
    model.signatureDefs = None  # they name the inputs and outputs of before
    return model


def _written(subgraph: Any) -> list[int]:
    return [int(operator.outputs[0]) for operator in subgraph.operators]


def _is_constant(model: Any, index: int) -> bool:
    data = model.buffers[model.subgraphs[0].tensors[index].buffer].data
    return data is not None and len(data) > 0
