"""A `.onnx`, taken apart: the nodes of the file, and what ONNX Runtime makes of them."""

from pathlib import Path

import onnx
import onnx_ir as ir

from edgesmith.convert.anatomy.arithmetic import CONVERSIONS
from edgesmith.convert.anatomy.compatibility import oldest_onnxruntime
from edgesmith.convert.anatomy.fusion import ask_onnxruntime
from edgesmith.convert.anatomy.macs import macs_of
from edgesmith.convert.anatomy.onnx_operands import (
    is_constant,
    kind_of,
    operand,
    quantizations_of,
    stored_values,
)
from edgesmith.convert.anatomy.verdict import Verdicts
from edgesmith.runtime.anatomy import Anatomy, OldestRuntime, Operand, OperatorSummary
from edgesmith.runtime.errors import EngineError, ModelFileError
from edgesmith.runtime.plaindata import require_plain

# What the engine folds into the operator before it.
_EPILOGUES = frozenset(
    {
        "QuantizeLinear",
        "Relu",
        "Clip",
        "LeakyRelu",
        "HardSigmoid",
        "Sigmoid",
        "Tanh",
        "BatchNormalization",
        "Add",
    }
)


def read_onnx(path: Path) -> Anatomy:
    """Read the main graph. Raises `ModelFileError` for what is no whole ONNX file, or names other files."""
    require_plain(path)
    try:
        model = onnx.load(path)
        _require_whole(model.graph)
        return _anatomy(model)
    # protobuf's DecodeError, onnx's own for a graph that contradicts itself, and whatever its values lead to.
    except Exception as error:
        raise ModelFileError(
            f"{path.name}: not a whole ONNX file: {error}", tip="copy or convert it again"
        ) from error


def _require_whole(graph: onnx.GraphProto) -> None:
    """Every operator reads what is there before it."""
    if not graph.node:
        raise ValueError("it has no operators")
    known = {"", *(value.name for value in graph.input), *(value.name for value in graph.initializer)}
    known.update(value.values.name for value in graph.sparse_initializer)
    for node in graph.node:
        missing = sorted(set(node.input) - known)
        if missing:
            raise ValueError(f"{node.op_type} reads {missing[0]!r}, which nothing writes before it")
        known.update(node.output)


def _anatomy(model: onnx.ModelProto) -> Anatomy:
    names = [node.name for node in model.graph.node]
    for number, node in enumerate(model.graph.node):
        node.name = f"edgesmith_{number}"  # names may be missing or equal, and are asked for again below
    notes: tuple[str, ...] = ()
    try:
        view = ask_onnxruntime(model)
        graph, verdicts = view.plain, Verdicts(view.optimised)
    except EngineError as error:
        notes = (f"operators: ONNX Runtime does not load the file, so what it fuses is unknown: {error}",)
        graph, verdicts = ir.from_proto(onnx.shape_inference.infer_shapes(model)).graph, Verdicts(None)
    reader = _Reader(graph, verdicts, opsets={each.domain: each.version for each in model.opset_import})
    layers = tuple(reader.layer(number, node, names[number]) for number, node in enumerate(graph))
    return Anatomy(format="onnx", layers=layers, oldest_runtime=_oldest(model), notes=notes)


class _Reader:
    """Describes the nodes of one graph, each constant being counted once."""

    def __init__(self, graph: ir.Graph, verdicts: Verdicts, *, opsets: dict[str, int]) -> None:
        self._verdicts = verdicts
        self._opsets = opsets
        self._quantizations = quantizations_of(graph)
        self._counted: set[str] = set()

    def layer(self, number: int, node: ir.Node, name: str) -> OperatorSummary:
        inputs = tuple(self._operand(self._read(value)) for value in node.inputs if value is not None)
        is_conversion = kind_of(node) in CONVERSIONS
        outputs = tuple(
            self._operand(value if is_conversion else self._written(value)) for value in node.outputs
        )
        macs = macs_of(
            kind_of(node),
            inputs,
            outputs,
            first_transposed=bool(node.attributes.get_int("transA", 0)),
        )
        arithmetic = self._verdicts.arithmetic(node, multiplies=macs != 0)
        return OperatorSummary(
            index=number,
            kind=kind_of(node),
            name=name or (outputs[0].name if outputs else ""),
            version=self._opsets.get(node.domain),
            arithmetic=arithmetic,
            inputs=inputs,
            outputs=outputs,
            parameters=self._parameters(node),
            macs=macs,
            why_float=self._verdicts.why_float(node) if arithmetic == "float" else None,
        )

    def _read(self, value: ir.Value) -> ir.Value:
        """The codes, where the engine folds the DequantizeLinear between, or what it dequantizes is stored."""
        maker = value.producer()
        if maker is None or maker.op_type != "DequantizeLinear" or maker.inputs[0] is None:
            return value
        codes = maker.inputs[0]
        return codes if is_constant(codes) or self._verdicts.is_folded(maker) else value

    def _written(self, value: ir.Value) -> ir.Value:
        """What is left of the result behind what the engine folds away: the codes, behind a QuantizeLinear."""
        readers = {use.node for use in value.uses()}
        if len(readers) != 1 or value.is_graph_output():
            return value
        reader = readers.pop()
        if reader.op_type not in _EPILOGUES or not self._verdicts.is_folded(reader):
            return value
        behind = reader.outputs[0]
        return behind if reader.op_type == "QuantizeLinear" else self._written(behind)

    def _operand(self, value: ir.Value) -> Operand:
        return operand(value, self._quantizations)

    def _parameters(self, node: ir.Node) -> int:
        count = 0
        for name, values in stored_values(node):
            if name not in self._counted:
                self._counted.add(name)
                count += values
        return count


def _oldest(model: onnx.ModelProto) -> OldestRuntime:
    opsets = {each.domain: each.version for each in model.opset_import}
    defined = {(function.domain, function.name) for function in model.functions}
    used = {(node.domain, node.op_type) for node in model.graph.node} - defined
    return oldest_onnxruntime(
        opset=opsets.get("", opsets.get("ai.onnx", 1)),
        ir_version=model.ir_version,
        functions=bool(defined),
        others=((domain, kind) for domain, kind in used if domain not in ("", "ai.onnx")),
    )
