"""What each node of an ONNX graph computes on, read from the graph that ONNX Runtime makes of it, and why."""

from collections.abc import Iterator

import onnx_ir as ir

from edgesmith.convert.anatomy.arithmetic import arithmetic_of
from edgesmith.convert.anatomy.onnx_operands import dtype_of, is_constant, kind_of
from edgesmith.runtime.anatomy import Arithmetic


class Verdicts:
    """Compares a graph, whose nodes have names of their own, with the optimised one; None where there is none."""

    def __init__(self, optimised: ir.Graph | None) -> None:
        nodes = [] if optimised is None else list(optimised)
        self._asked = optimised is not None
        self._survivors = {node.name: node for node in nodes}
        self._makers = {value.name: node for node in nodes for value in node.outputs}

    def arithmetic(self, node: ir.Node, *, multiplies: bool) -> Arithmetic:
        """`multiplies`: the node's products are counted, so that it is judged by whoever computes them."""
        if not self._asked or node.domain not in ("", "ai.onnx", "com.microsoft"):
            return _by_types(node)  # operators that the file defines are spelled out by the engine
        runs = self._survivors.get(node.name)
        if runs is None and multiplies:
            runs = self._host(node)
        return "folded" if runs is None else _by_types(runs)

    def is_folded(self, node: ir.Node) -> bool:
        """Whether no operator of its own is left of the node."""
        return self._asked and node.name not in self._survivors

    def why_float(self, node: ir.Node) -> str:
        """One clause, for a node that computes in floating point."""
        if not self._asked:
            return "its input is float32, and ONNX Runtime, which may fuse it with its neighbours, cannot say"
        behind = [_dequantized(value) for value in node.inputs]
        codes = [value for value in behind if value is not None and not is_constant(value)]
        stored = [value for value in behind if value is not None and is_constant(value)]
        if not codes:
            return (
                f"its weights are stored as {dtype_of(stored[0])} but its input is float32 (weight-only)"
                if stored
                else "its input is float32"
            )
        readers = list(self._readers(node))
        others = sorted({kind_of(reader) for reader in readers if reader.op_type != "QuantizeLinear"})
        if others:
            return f"its result goes on in float32, to {', '.join(others)}, and not through QuantizeLinear"
        if not readers:
            return "its result is an output in float32, not behind QuantizeLinear"
        if any(dtype_of(value) == "int8" for value in codes):
            return (
                "its activations are int8; on x86 ONNX Runtime computes on uint8, and turns into it only tensors "
                "between one QuantizeLinear and one DequantizeLinear"
            )
        return f"ONNX Runtime has no integer {kind_of(node)} for what stands around it"

    def _host(self, node: ir.Node) -> ir.Node | None:
        """The surviving node that computes what this one did: the first whose output is further along."""
        pending, seen = [node], set()
        while pending:
            current = pending.pop(0)
            if id(current) in seen:
                continue
            seen.add(id(current))
            for value in current.outputs:
                if value.name in self._makers:
                    return self._makers[value.name]
                pending += [use.node for use in value.uses()]
        return None

    def _readers(self, node: ir.Node) -> Iterator[ir.Node]:
        """Who reads the result, looking through what the engine folded away."""
        for value in node.outputs:
            for use in value.uses():
                if use.node.op_type != "QuantizeLinear" and self.is_folded(use.node):
                    yield from self._readers(use.node)
                else:
                    yield use.node


def _by_types(node: ir.Node) -> Arithmetic:
    taken = [dtype_of(value) for value in node.inputs if value is not None and not is_constant(value)]
    return arithmetic_of(kind_of(node), taken, [dtype_of(value) for value in node.outputs])


def _dequantized(value: ir.Value | None) -> ir.Value | None:
    """The codes behind a value, where a DequantizeLinear makes it."""
    maker = None if value is None else value.producer()
    return maker.inputs[0] if maker is not None and maker.op_type == "DequantizeLinear" else None
