"""Reading `edgesmith.json` out of a model file, with the standard library alone.

A `.tflite` carries it as an associated file: a ZIP archive behind the flatbuffer, as TFLite Metadata
defines it. A `.onnx` carries it in `metadata_props` (field 14 of ModelProto in onnx.proto).
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.spec import MODEL_FORMATS, ModelFormat, ModelSpec

SPEC_NAME = "edgesmith.json"

# A spec with 21,000 labels is under 2 MB; what is larger is not one of ours.
MAX_SPEC_BYTES = 16 * 1024 * 1024

METADATA_PROPS = 14  # ModelProto.metadata_props; its entries: key = 1, value = 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers
_CONVERT_TIP = "convert it with `edgesmith convert`, or copy it again if it should have metadata"


def format_of(path: Path) -> ModelFormat:
    """The file's format by its suffix. Raises `ModelFileError` for others and for a missing file."""
    if not path.is_file():
        raise ModelFileError(f"{str(path)!r}: no such model file")
    for known in MODEL_FORMATS:
        if path.suffix.lower() == f".{known}":
            return known
    raise ModelFileError(
        f"{str(path)!r}: the suffix {path.suffix!r} is not .tflite or .onnx",
        tip="`edgesmith convert` writes such files",
    )


def read_spec(path: Path) -> ModelSpec:
    """The spec inside a `.tflite` or `.onnx`.

    Raises `ModelFileError` for a file that is missing, damaged or has no (valid) edgesmith metadata.
    """
    model_format = format_of(path)
    try:
        data = _from_tflite(path) if model_format == "tflite" else _from_onnx(path)
        return ModelSpec.from_json(data)
    except OSError as error:
        raise ModelFileError(f"{str(path)!r} cannot be read: {error}") from error
    except ModelFileError as error:
        raise ModelFileError(f"{path.name}: {error}", tip=error.tip) from error


def _from_tflite(path: Path) -> bytes:
    with path.open("rb") as file:
        if file.read(8)[4:] != b"TFL3":
            raise ModelFileError("not a TFLite file (no TFL3 mark)", tip="copy it again, and whole")
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(SPEC_NAME)
            if entry.file_size > MAX_SPEC_BYTES:
                raise ModelFileError(f"{SPEC_NAME} is larger than {MAX_SPEC_BYTES} bytes")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile(f"compression {entry.compress_type}")
            return archive.read(SPEC_NAME)
    # RuntimeError: an entry that claims to be encrypted.
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError, ValueError) as error:
        raise ModelFileError(
            "no edgesmith metadata: the file is truncated, or not edgesmith's", tip=_CONVERT_TIP
        ) from error


def _from_onnx(path: Path) -> bytes:
    with path.open("rb") as file:
        size = path.stat().st_size
        try:
            for field in top_level_fields(file, size):
                if field.number != METADATA_PROPS:
                    continue
                entry = {inner.number: inner for inner in _fields(file, field.start, field.end)}
                if 1 in entry and _read(file, entry[1]) == SPEC_NAME.encode():
                    return _read(file, entry[2]) if 2 in entry else b""
        except (EOFError, ValueError) as error:
            raise ModelFileError(f"not a whole ONNX file: {error}", tip="copy it again") from error
    raise ModelFileError("no edgesmith metadata: the file is not edgesmith's", tip=_CONVERT_TIP)


class Field(NamedTuple):
    """A length-delimited field of a message: its number, and the offsets of its key, its content and its end."""

    number: int
    key: int
    start: int
    end: int


def top_level_fields(file: BinaryIO, size: int) -> Iterator[Field]:
    """The length-delimited fields of the message that is the whole file.

    Raises `EOFError` and `ValueError` for what is not one.
    """
    return _fields(file, 0, size)


def _fields(file: BinaryIO, position: int, end: int) -> Iterator[Field]:
    while position < end:
        before = position
        file.seek(position)
        key = _varint(file)
        kind = key & 7
        if kind == _VARINT:
            _varint(file)
            position = file.tell()
        elif kind in (_FIXED64, _FIXED32):
            position = file.tell() + (8 if kind == _FIXED64 else 4)
        elif kind == _BYTES:
            length = _varint(file)
            start = file.tell()
            position = start + length
            if position > end:
                raise EOFError("it ends inside a field")
            yield Field(number=key >> 3, key=before, start=start, end=position)
        else:
            raise ValueError(f"wire type {kind} at byte {position}")


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError("it ends inside a number")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("a number of more than ten bytes")


def _read(file: BinaryIO, field: Field) -> bytes:
    if field.end - field.start > MAX_SPEC_BYTES:
        raise ModelFileError(f"a metadata entry is larger than {MAX_SPEC_BYTES} bytes")
    file.seek(field.start)
    return file.read(field.end - field.start)
