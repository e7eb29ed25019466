"""Is the model in a file the one that was written there? By SHA-256, without an engine or any package.

Damaged weights need not change an answer: a saturated output stays as it is. So the hash is compared, not the
answers. What is hashed is the file without the part that holds the hash:

- `.tflite`: the bytes before the ZIP archive (see `modelfile`), which are the flatbuffer.
- `.onnx`: the bytes without the fields `metadata_props`, their keys and lengths included. That is also what
  the model without metadata serializes to.
"""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.modelfile import METADATA_PROPS, format_of
from edgesmith.runtime.protobuf import fields
from edgesmith.runtime.spec import ModelFormat, ModelSpec
from edgesmith.runtime.ziptail import DAMAGE, open_tail

Content = Literal["intact", "damaged"]

_CHUNK = 1024 * 1024


def content_of(path: Path, spec: ModelSpec) -> Content | None:
    """Whether the model in a file is the one its metadata state; None when they state none.

    Raises `ModelFileError` for a file that cannot be read.
    """
    if spec.content_sha256 is None:
        return None
    try:
        with path.open("rb") as file:
            found = content_sha256(file, format_of(path))
    except OSError as error:
        raise ModelFileError(f"{str(path)!r} cannot be read: {error}", tip="check its permissions") from error
    except DAMAGE:
        return "damaged"
    return "intact" if found == spec.content_sha256 else "damaged"


def require_intact(path: Path, spec: ModelSpec) -> None:
    """Raise `ModelFileError` for a file whose model is not the one that its metadata state, or cannot be read."""
    if content_of(path, spec) == "damaged":
        raise ModelFileError(
            f"{path.name}: its content is damaged: its SHA-256 is not the one stated at conversion",
            tip="copy it again, or convert it again",
        )


def content_sha256(file: BinaryIO, model_format: ModelFormat) -> str:
    """SHA-256 of the model in `file` without our metadata, in hexadecimal.

    Raises one of `ziptail.DAMAGE` for a file that is not whole.
    """
    whole = hashlib.sha256()
    for start, end in _tflite_parts(file) if model_format == "tflite" else _onnx_parts(file):
        file.seek(start)
        for position in range(start, end, _CHUNK):
            whole.update(file.read(min(_CHUNK, end - position)))
    return whole.hexdigest()


def _tflite_parts(file: BinaryIO) -> list[tuple[int, int]]:
    with open_tail(file) as archive:
        return [(0, min((entry.header_offset for entry in archive.infolist()), default=archive.start_dir))]


def _onnx_parts(file: BinaryIO) -> Iterator[tuple[int, int]]:
    size = file.seek(0, io.SEEK_END)
    position = 0
    for field in list(fields(file, 0, size)):
        if field.number == METADATA_PROPS:
            yield position, field.key
            position = field.end
    yield position, size
