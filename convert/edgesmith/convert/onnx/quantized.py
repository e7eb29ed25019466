"""Reading and building the QuantizeLinear and DequantizeLinear nodes around quantized tensors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Quantization:
    """`real = scale * (code - zero_point)`; the zero point's dtype is the codes'."""

    scale: NDArray[np.float32]
    zero_point: NDArray[Any]

    def __eq__(self, other: object) -> bool:
        """Whether codes mean the same under both."""
        return (
            isinstance(other, Quantization)
            and self.zero_point.dtype == other.zero_point.dtype
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(self.zero_point, other.zero_point)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays do not hash; nothing keeps these in sets

    def code(self, real: float) -> int:
        """The code of a real value, saturated, as QuantizeLinear rounds it (half to even)."""
        limits = np.iinfo(self.zero_point.dtype)
        code = np.rint(np.float64(real) / float(self.scale)) + int(self.zero_point)
        return int(np.clip(code, limits.min, limits.max))


def is_a(node: ir.Node | None, *op_types: str) -> bool:
    """Whether the node is one of these operators of the standard domain."""
    return node is not None and node.domain == "" and node.op_type in op_types


def constant(value: ir.Value | None) -> NDArray[Any] | None:
    """The array of an initializer; None for computed values."""
    if value is None or not value.is_initializer() or value.const_value is None:
        return None
    return value.const_value.numpy()


def quantization(node: ir.Node) -> Quantization:
    """Scale and zero point of a QuantizeLinear or DequantizeLinear node."""
    scale, zero_point = constant(node.inputs[1]), constant(node.inputs[2])
    if scale is None or zero_point is None:
        raise ValueError(f"{node.name}: scale and zero point are not constants")
    return Quantization(scale, zero_point)


def dequantized_activation(value: ir.Value | None) -> ir.Node | None:
    """The DequantizeLinear that computes `value` from another tensor's codes; None for anything else."""
    node = None if value is None else value.producer()
    return (
        node
        if is_a(node, "DequantizeLinear") and node is not None and constant(node.inputs[0]) is None
        else None
    )


def only_reader(value: ir.Value) -> ir.Node | None:
    """The one node that reads `value`; None when there are several, or when it is a graph output."""
    readers = {use.node for use in value.uses()}
    return None if len(readers) != 1 or value.is_graph_output() else next(iter(readers))


def add_constant(graph: ir.Graph, name: str, array: Any) -> ir.Value:
    """Register an initializer under a name that is not in use."""
    if name in graph.initializers:
        raise ValueError(f"there is an initializer {name!r} already")
    tensor = ir.tensor(np.asarray(array), name=name)
    value = ir.Value(
        name=name, type=ir.TensorType(tensor.dtype), shape=ir.Shape(tensor.shape.numpy()), const_value=tensor
    )
    graph.register_initializer(value)
    return value


def replace_reads(old: ir.Value, new: ir.Value) -> None:
    """Let every node that reads `old` read `new`."""
    for use in tuple(old.uses()):
        use.node.replace_input_with(use.idx, new)


def take_over(graph: ir.Graph, new: ir.Value, old: ir.Value) -> None:
    """Let `new` stand for `old`: for every reader, and as graph output with its name, type and shape."""
    replace_reads(old, new)
    name = old.name
    if old.is_graph_output():
        new.type, new.shape = old.type, old.shape
        graph.outputs[list(graph.outputs).index(old)] = new
        old.name = f"{name}:replaced"
        new.name = name
    elif new.name is None:
        new.name = f"{name}:own"
