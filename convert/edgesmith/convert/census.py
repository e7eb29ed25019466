"""Counting what a file consists of, and how much of it computes on 8-bit integers."""

from collections import Counter
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import ModelFileError, needs_extra
from edgesmith.runtime.modelfile import format_of

_CONVERSIONS = {"QUANTIZE", "DEQUANTIZE", "QuantizeLinear", "DequantizeLinear"}


def count_operators(path: Path) -> tuple[dict[str, int], float]:
    """Operators by name, most frequent first, and the share of 8-bit ones, 0..1.

    Conversions between float and integer count as operators but not in the share. Raises `ModelFileError`
    for a damaged file, `MissingExtraError` without the convert extra.
    """
    with needs_extra("convert"):
        rows = _of_tflite(path) if format_of(path) == "tflite" else _of_onnx(path)
    names = Counter(name for name, _ in rows)
    computing = [is_int8 for name, is_int8 in rows if name not in _CONVERSIONS]
    return dict(names.most_common()), sum(computing) / len(computing) if computing else 0.0


def _of_tflite(path: Path) -> list[tuple[str, bool]]:
    from ai_edge_litert import schema_py_generated as schema

    from edgesmith.convert.tflite.read import operator_names

    integers = {schema.TensorType.INT8, schema.TensorType.UINT8}
    try:
        flatbuffer = path.read_bytes()
        names = operator_names(flatbuffer)
        subgraph = schema.ModelT.InitFromPackedBuf(flatbuffer, 0).subgraphs[0]
    # The flatbuffers package reads wherever a damaged offset points to.
    except Exception as error:
        raise ModelFileError(f"{path.name}: not a whole TFLite file: {error}") from error
    types = [tensor.type for tensor in subgraph.tensors]
    return [
        (name, all(types[index] in integers for index in operator.outputs))
        for name, operator in zip(names, subgraph.operators, strict=True)
    ]


def _of_onnx(path: Path) -> list[tuple[str, bool]]:
    import onnx
    import onnx_ir as ir

    try:
        graph = ir.from_proto(onnx.shape_inference.infer_shapes(onnx.load(path))).graph
    # protobuf's DecodeError, and what shape inference raises on a graph that contradicts itself.
    except Exception as error:
        raise ModelFileError(f"{path.name}: not a whole ONNX file: {error}") from error
    return [(node.op_type, _is_int8(node)) for node in graph]


def _is_int8(node: Any) -> bool:
    """Whether a node moves integer codes, or stands between DequantizeLinear and QuantizeLinear.

    An engine fuses the latter three into one integer operator.
    """
    if node.outputs[0].dtype is not None and node.outputs[0].dtype.name in ("INT8", "UINT8"):
        return True
    sources = [value.producer() for value in node.inputs if value is not None and not value.is_initializer()]
    readers = [use.node.op_type for output in node.outputs for use in output.uses()]
    return (
        bool(sources)
        and all(source is not None and source.op_type == "DequantizeLinear" for source in sources)
        and bool(readers)
        and all(reader == "QuantizeLinear" for reader in readers)
    )
