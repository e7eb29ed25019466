"""A `.tflite`, taken apart: the flatbuffer says everything, since the runtime fuses nothing that changes a type."""

from pathlib import Path
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.anatomy.arithmetic import CODES, FLOATS, activations, arithmetic_of
from edgesmith.convert.anatomy.compatibility import oldest_tflite_runtime
from edgesmith.convert.anatomy.macs import macs_of
from edgesmith.convert.tflite.packing import IDENTIFIER
from edgesmith.convert.tflite.read import operator_name
from edgesmith.runtime.anatomy import Anatomy, Operand, OperatorSummary, Quantization
from edgesmith.runtime.errors import ModelFileError

_TYPES = {value: name.lower() for name, value in vars(schema.TensorType).items() if isinstance(value, int)}

# By whether an operator stands behind a DEQUANTIZE, and whether before a QUANTIZE.
_WHY = {
    (False, False): "its input is float32",
    (True, False): "behind DEQUANTIZE: the graph goes on in float32",
    (False, True): "before QUANTIZE: the graph has not reached its integers yet",
    (True, True): "between DEQUANTIZE and QUANTIZE: left in float32 within an integer graph",
}


def read_tflite(path: Path) -> Anatomy:
    """Read the first subgraph. Raises `ModelFileError` for what is no whole TFLite file."""
    try:
        flatbuffer = path.read_bytes()
        if flatbuffer[4:8] != IDENTIFIER:
            raise ValueError("no TFL3 mark")
        return _Reader(schema.ModelT.InitFromPackedBuf(flatbuffer, 0)).anatomy()
    # The flatbuffers package reads wherever a damaged offset points to, and so do we.
    except Exception as error:
        raise ModelFileError(
            f"{path.name}: not a whole TFLite file: {error}", tip="copy or convert it again"
        ) from error


class _Reader:
    """Holds one parsed flatbuffer while its operators are described."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._subgraph = model.subgraphs[0]
        self._operators = [
            (operator_name(model, operator), operator) for operator in self._subgraph.operators
        ]
        self._makers = {
            int(o): n for n, (_, operator) in enumerate(self._operators) for o in operator.outputs
        }
        self._readers: dict[int, list[int]] = {}
        for number, (_, operator) in enumerate(self._operators):
            for index in operator.inputs:
                self._readers.setdefault(int(index), []).append(number)
        self._counted: set[int] = set()

    def anatomy(self) -> Anatomy:
        layers = tuple(self._layer(number) for number in range(len(self._operators)))
        more = len(self._model.subgraphs) - 1
        return Anatomy(
            format="tflite",
            layers=layers,
            oldest_runtime=oldest_tflite_runtime((layer.kind, layer.version or 0) for layer in layers),
            notes=(f"operators: those of {more} further subgraphs are not shown",) * bool(more),
        )

    def _layer(self, number: int) -> OperatorSummary:
        kind, operator = self._operators[number]
        inputs = tuple(self._operand(int(index)) for index in operator.inputs if index != -1)
        outputs = tuple(self._operand(int(index)) for index in operator.outputs)
        arithmetic = arithmetic_of(
            kind,
            (operand.dtype for operand in activations(inputs)),
            (operand.dtype for operand in outputs),
        )
        return OperatorSummary(
            index=number,
            kind=kind,
            name=outputs[0].name if outputs else "",
            version=int(self._model.operatorCodes[operator.opcodeIndex].version),
            arithmetic=arithmetic,
            inputs=inputs,
            outputs=outputs,
            parameters=sum(self._parameters(int(index)) for index in operator.inputs if index != -1),
            macs=macs_of(
                kind,
                inputs,
                outputs,
                first_transposed=bool(getattr(operator.builtinOptions, "adjX", False)),
            ),
            why_float=self._why_float(number, inputs) if arithmetic == "float" else None,
        )

    def _tensor(self, index: int) -> Any:
        if index < 0:
            raise ValueError(f"tensor {index}")
        return self._subgraph.tensors[index]

    def _operand(self, index: int) -> Operand:
        tensor = self._tensor(index)
        # A flatbuffer leaves an empty vector out: no shape is that of a single value.
        sizes = [] if tensor.shape is None else [int(size) for size in tensor.shape]
        signature = sizes if tensor.shapeSignature is None else [int(size) for size in tensor.shapeSignature]
        return Operand(
            name=(tensor.name or b"").decode(errors="replace"),
            dtype=_TYPES[tensor.type],
            shape=tuple(None if size < 0 else size for size in signature),
            constant=self._is_constant(tensor),
            quantization=_quantization(tensor.quantization),
        )

    def _is_constant(self, tensor: Any) -> bool:
        buffer = self._model.buffers[tensor.buffer]
        # A size: the data lie behind the flatbuffer (schema.fbs, Buffer.offset), as ai-edge-quantizer stores them.
        return (buffer.data is not None and len(buffer.data) > 0) or buffer.size > 1

    def _parameters(self, index: int) -> int:
        """Stored values of a constant that has not been counted; shapes, axes and paddings are none."""
        tensor = self._tensor(index)
        operand = self._operand(index)
        holds_values = operand.dtype in FLOATS or operand.quantization is not None
        if not operand.constant or not holds_values or tensor.buffer in self._counted:
            return 0
        self._counted.add(tensor.buffer)
        count = 1
        for size in operand.shape or ():
            count *= size or 0
        return count

    def _why_float(self, number: int, inputs: tuple[Operand, ...]) -> str:
        kind, operator = self._operators[number]
        stored = next((o.dtype for o in inputs if o.constant and o.dtype in CODES), None)
        if stored is not None:
            return f"its weights are stored as {stored} but its input is float32 (dynamic range)"
        sources = [
            self._operand(int(self._operators[maker][1].inputs[0]))
            for maker in (self._makers.get(int(index)) for index in operator.inputs)
            if maker is not None and self._is(maker, "DEQUANTIZE")
        ]
        stored = next((source.dtype for source in sources if source.constant), None)
        if stored is not None:
            return f"its weights are stored as {stored} and turned into float32 before use"
        if kind.startswith("CUSTOM:"):
            return "a custom operator that takes float32"
        readers = [n for index in operator.outputs for n in self._readers.get(int(index), [])]
        return _WHY[len(sources) > 0, bool(readers) and all(self._is(n, "QUANTIZE") for n in readers)]

    def _is(self, number: int, kind: str) -> bool:
        return self._operators[number][0] == kind


def _quantization(table: Any) -> Quantization | None:
    if table is None or table.scale is None or len(table.scale) == 0:
        return None
    zero_points = [0] * len(table.scale) if table.zeroPoint is None else table.zeroPoint
    return Quantization(
        scale=tuple(float(scale) for scale in table.scale),
        zero_point=tuple(int(zero_point) for zero_point in zero_points),
        axis=int(table.quantizedDimension) if len(table.scale) > 1 else None,
    )
