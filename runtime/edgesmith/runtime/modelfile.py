"""Reading `edgesmith.json` out of a model file, with the standard library alone.

A `.tflite` carries it as an associated file: a ZIP archive behind the flatbuffer, as TFLite Metadata
defines it. A `.onnx` carries it in `metadata_props` (field 14 of ModelProto in onnx.proto).
"""

from pathlib import Path
from typing import BinaryIO

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.protobuf import Field, fields
from edgesmith.runtime.spec import MODEL_FORMATS, ModelFormat, ModelSpec
from edgesmith.runtime.ziptail import DAMAGE, open_tail, read_entry

SPEC_NAME = "edgesmith.json"

# A spec with 21,000 labels is under 2 MB; what is larger is not one of ours. Parsed, 4 MB of JSON can take
# 90 MB of memory (empty objects), which a small device still has.
MAX_SPEC_BYTES = 4 * 1024 * 1024 - 1  # so that one byte more can still be read from a tail

# The largest networks in use for images, in float32, have half a gigabyte (VGG19: 549 MiB).
MAX_MODEL_BYTES = 1024 * 1024 * 1024

METADATA_PROPS = 14  # ModelProto.metadata_props; its entries: key = 1, value = 2
_CONVERT_TIP = "convert it with `edgesmith convert`, or copy it again if it should have metadata"


def format_of(path: Path) -> ModelFormat:
    """The file's format by its suffix. Raises `ModelFileError` for others, a missing file, and a name that is no text."""
    if not _is_text(path):
        raise ModelFileError(
            f"{str(path)!r}: a name that is not UTF-8, which engines cannot open", tip="rename the file"
        )
    try:
        exists = path.is_file()
    except OSError as error:  # a folder that is closed to us, a name that is too long
        raise _unreadable(path, error) from error
    if not exists:
        raise ModelFileError(
            f"{str(path)!r}: no such model file",
            tip="`ls` shows what is there; `edgesmith convert` writes model files",
        )
    for known in MODEL_FORMATS:
        if path.suffix.lower() == f".{known}":
            return known
    raise ModelFileError(
        f"{str(path)!r}: the suffix {path.suffix!r} is not .tflite or .onnx",
        tip="`edgesmith convert` writes such files",
    )


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:  # bytes that are not UTF-8 stand in it as halves of surrogate pairs (PEP 383)
        return False
    return True


def require_size(path: Path) -> None:
    """Raise `ModelFileError` for a file that is larger than `MAX_MODEL_BYTES`, or cannot be read."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    if size > MAX_MODEL_BYTES:
        raise ModelFileError(
            f"{path.name}: {size} bytes are more than the {MAX_MODEL_BYTES} allowed",
            tip="no classifier is so large: is it the right file?",
        )


def read_spec(path: Path) -> ModelSpec:
    """The spec inside a `.tflite` or `.onnx`.

    Raises `ModelFileError` for a file that is missing, damaged or has no (valid) edgesmith metadata.
    """
    model_format = format_of(path)
    require_size(path)
    try:
        data = _from_tflite(path) if model_format == "tflite" else _from_onnx(path)
        return ModelSpec.from_json(data)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ModelFileError as error:
        raise ModelFileError(f"{path.name}: {error}", tip=error.tip) from error


def _unreadable(path: Path, error: OSError) -> ModelFileError:
    return ModelFileError(
        f"{str(path)!r} cannot be read: {error.strerror or error}", tip="check its permissions"
    )


def _from_tflite(path: Path) -> bytes:
    with path.open("rb") as file:
        if file.read(8)[4:] != b"TFL3":
            raise ModelFileError("not a TFLite file (no TFL3 mark)", tip="copy it again, and whole")
        try:
            with open_tail(file) as archive:
                data = read_entry(archive, SPEC_NAME, limit=MAX_SPEC_BYTES)
        except DAMAGE as error:
            raise ModelFileError(
                "no edgesmith metadata: the file is truncated, or not edgesmith's", tip=_CONVERT_TIP
            ) from error
    if len(data) > MAX_SPEC_BYTES:
        raise ModelFileError(
            f"{SPEC_NAME} is larger than {MAX_SPEC_BYTES} bytes", tip="copy it again, or convert it again"
        )
    return data


def _from_onnx(path: Path) -> bytes:
    with path.open("rb") as file:
        size = path.stat().st_size
        try:
            for field in fields(file, 0, size):
                if field.number != METADATA_PROPS:
                    continue
                entry = {inner.number: inner for inner in fields(file, field.start, field.end)}
                if 1 in entry and _read(file, entry[1]) == SPEC_NAME.encode():
                    return _read(file, entry[2]) if 2 in entry else b""
        except (EOFError, ValueError) as error:
            raise ModelFileError(f"not a whole ONNX file: {error}", tip="copy it again") from error
    raise ModelFileError("no edgesmith metadata: the file is not edgesmith's", tip=_CONVERT_TIP)


def _read(file: BinaryIO, field: Field) -> bytes:
    if field.end - field.start > MAX_SPEC_BYTES:
        raise ModelFileError(
            f"a metadata entry is larger than {MAX_SPEC_BYTES} bytes",
            tip="copy it again, or convert it again",
        )
    file.seek(field.start)
    return file.read(field.end - field.start)
