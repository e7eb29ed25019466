"""Is a model file data and nothing else? Looked up before any engine sees it.

- A custom operator of a `.tflite` runs code that the file names: with TensorFlow's interpreter, its
  operators `FlexReadFile` and `FlexWriteFile` would do as they are told.
- A tensor of a `.onnx` may lie in another file, at a path that the file names, `../../etc/passwd` as well.

No file of `edgesmith convert` has either.
"""

import mmap
import struct
from pathlib import Path
from typing import BinaryIO

from edgesmith.runtime import protobuf
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import format_of, require_size

# Slots of the tables Model and OperatorCode, and the value of BuiltinOperator (TensorFlow Lite, schema.fbs).
_MODEL_OPERATOR_CODES = 1
_CODE_DEPRECATED_BUILTIN, _CODE_CUSTOM, _CODE_BUILTIN = 0, 1, 3
_CUSTOM = 32

_MAX_OPERATOR_CODES = 4096  # kinds of operators; TensorFlow Lite knows some 200

# TensorProto.external_data, and the key that its first entry must have (onnx.proto).
_EXTERNAL_DATA = 13
_LOCATION = b"location"

_MAX_MESSAGES = 1_000_000  # a graph has one for every node, attribute and weight, some thousands

# Where tensors are: for each message, the fields that hold others (onnx.proto).
_CHILDREN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}


def require_plain(path: Path) -> None:
    """Raise `ModelFileError` for a file with custom operators or external data, or one too large or damaged."""
    model_format = format_of(path)
    require_size(path)
    try:
        with path.open("rb") as file:
            if model_format == "tflite":
                _refuse_custom_operators(path, file)
            else:
                _refuse_external_data(path, file)
    except OSError as error:
        raise ModelFileError(f"{str(path)!r} cannot be read: {error}", tip="check its permissions") from error
    except (struct.error, ValueError, EOFError) as error:
        kind = {"tflite": "TFLite", "onnx": "ONNX"}[model_format]
        raise ModelFileError(f"{path.name}: not a whole {kind} file: {error}", tip="copy it again") from error


def _refuse_custom_operators(path: Path, file: BinaryIO) -> None:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        custom = _custom_operators(data)
    if custom:
        raise ModelFileError(
            f"{path.name}: custom operators ({', '.join(custom)}) are code, not data",
            tip="convert the model without them: builtin operators only",
        )


def _custom_operators(data: mmap.mmap) -> list[str]:
    """Names of the custom operators of a flatbuffer. Raises `struct.error` or `ValueError` for a damaged one."""
    codes = _field(data, _uint32(data, 0), _MODEL_OPERATOR_CODES)
    if codes is None:
        return []
    vector = codes + _uint32(data, codes)
    count = _uint32(data, vector)
    if count > _MAX_OPERATOR_CODES:
        raise ValueError(f"{count} kinds of operators")
    names = []
    for place in range(vector + 4, vector + 4 + 4 * count, 4):
        code = place + _uint32(data, place)
        old, new = (_field(data, code, slot) for slot in (_CODE_DEPRECATED_BUILTIN, _CODE_BUILTIN))
        # The later field was added when the byte of the earlier one was full; the larger value counts.
        old_value = 0 if old is None else struct.unpack_from("<b", data, old)[0]
        new_value = 0 if new is None else struct.unpack_from("<i", data, new)[0]
        if max(old_value, new_value) == _CUSTOM:
            names.append(_string(data, _field(data, code, _CODE_CUSTOM)))
    return names


def _field(data: mmap.mmap, table: int, slot: int) -> int | None:
    """Offset of a table's field; None where it has its default (FlatBuffers, "Internals", Tables)."""
    vtable = table - int(struct.unpack_from("<i", data, table)[0])
    if vtable < 0:
        raise ValueError("a table outside the file")
    size, entry = struct.unpack_from("<H", data, vtable)[0], 4 + 2 * slot
    if entry + 2 > size:
        return None
    offset = int(struct.unpack_from("<H", data, vtable + entry)[0])
    return table + offset if offset else None


def _string(data: mmap.mmap, field: int | None) -> str:
    if field is None:
        return "without a name"
    start = field + _uint32(data, field)
    name = data[start + 4 : start + 4 + min(_uint32(data, start), 60)]
    return ascii(name.decode(errors="replace"))


def _uint32(data: mmap.mmap, offset: int) -> int:
    return int(struct.unpack_from("<I", data, offset)[0])


def _refuse_external_data(path: Path, file: BinaryIO) -> None:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_LOCATION) < 0:  # as in nearly every file; the walk below takes longer
            return
    open_messages = [("model", 0, path.stat().st_size)]
    seen = 0
    while open_messages:
        seen += 1
        if seen > _MAX_MESSAGES:
            raise ValueError(f"more than {_MAX_MESSAGES} messages")
        message, start, end = open_messages.pop()
        for field in protobuf.fields(file, start, end):
            if message == "tensor" and field.number == _EXTERNAL_DATA:
                raise ModelFileError(
                    f"{path.name}: a tensor lies in another file, which a model file must not name",
                    tip="save the model with its weights inside: onnx.save(model, path) without external data",
                )
            child = _CHILDREN[message].get(field.number)
            if child is not None:
                open_messages.append((child, field.start, field.end))
