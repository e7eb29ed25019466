"""Standard TFLite Metadata, so that MediaPipe Tasks and Android read labels and normalisation too.

Written with the flatbuffers package from the public schema (tflite-support, `metadata_schema.fbs`): the
numbers of fields, union members and enum values below are that file's. No maintained package that is light
enough ships it as Python code.
"""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.tflite.packing import packed
from edgesmith.runtime.spec import ModelSpec

LABELS_NAME = "labels.txt"

_BUFFER_NAME = "TFLITE_METADATA"
_IDENTIFIER = b"M001"
_PARSER_VERSION = "1.0.0"  # the first that knows associated files, image properties and normalisation
_ALIGNMENT = 16  # `force_align` of Buffer.data in TFLite's schema, which Python's generated code leaves out

_IMAGE_PROPERTIES, _FEATURE_PROPERTIES = 2, 1  # union ContentProperties
_RGB, _GREY = 1, 2  # enum ColorSpaceType
_NORMALIZATION_OPTIONS = 1  # union ProcessUnitOptions
_TENSOR_AXIS_LABELS = 2  # enum AssociatedFileType


def with_metadata(flatbuffer: bytes, spec: ModelSpec) -> bytes:
    """The model with a metadata buffer that describes its input, output and labels.

    The labels themselves follow as the associated file `LABELS_NAME`; see `edgesmith.convert.packaging`.
    """
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    model.buffers = [_Aligned.of(buffer) for buffer in model.buffers]
    model.buffers.append(_Aligned.of(schema.BufferT(data=np.frombuffer(describe(spec), np.uint8))))
    entry = schema.MetadataT()
    entry.name, entry.buffer = _BUFFER_NAME, len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    return packed(model)


def describe(spec: ModelSpec) -> bytes:
    """The metadata flatbuffer: raw pixels in (mean 0, deviation 1), probabilities by label out."""
    builder = flatbuffers.Builder(1024)
    image = _tensor(builder, "image", _image_content(builder, spec), units=_identity_normalisation(builder))
    scores = _tensor(builder, "probability", _feature_content(builder), files=_label_file(builder))
    subgraph = _table(builder, 10, {2: _vector(builder, [image]), 3: _vector(builder, [scores])})
    name, version = builder.CreateString(spec.name), builder.CreateString(_PARSER_VERSION)
    root = _table(builder, 8, {0: name, 3: _vector(builder, [subgraph]), 7: version})
    builder.Finish(root, _IDENTIFIER)
    return bytes(builder.Output())


class _Aligned(schema.BufferT):  # type: ignore[misc]  # the generated schema is untyped
    """A buffer whose bytes start at a multiple of `_ALIGNMENT`, as kernels on ARM may require."""

    @classmethod
    def of(cls, buffer: Any) -> "_Aligned":
        aligned = cls()
        aligned.data = buffer.data
        return aligned

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated code's name
        data = None
        if self.data is not None and len(self.data):
            content = np.asarray(self.data, np.uint8).tobytes()
            builder.StartVector(1, len(content), _ALIGNMENT)
            builder.head -= len(content)
            builder.Bytes[builder.head : builder.head + len(content)] = content
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        offset: int = schema.BufferEnd(builder)
        return offset


def _tensor(builder: Any, name: str, content: int, *, units: int = 0, files: int = 0) -> int:
    text = builder.CreateString(name)
    return _table(builder, 7, {0: text, 3: content, 4: units, 6: files})


def _image_content(builder: Any, spec: ModelSpec) -> int:
    builder.StartObject(2)
    builder.PrependInt8Slot(0, _GREY if spec.input.channels == 1 else _RGB, 0)
    return _content(builder, _IMAGE_PROPERTIES, builder.EndObject())


def _feature_content(builder: Any) -> int:
    builder.StartObject(0)
    return _content(builder, _FEATURE_PROPERTIES, builder.EndObject())


def _content(builder: Any, kind: int, properties: int) -> int:
    builder.StartObject(3)
    builder.PrependUint8Slot(0, kind, 0)
    builder.PrependUOffsetTRelativeSlot(1, properties, 0)
    offset: int = builder.EndObject()
    return offset


def _identity_normalisation(builder: Any) -> int:
    mean = builder.CreateNumpyVector(np.array([0], np.float32))
    deviation = builder.CreateNumpyVector(np.array([1], np.float32))
    options = _table(builder, 2, {0: mean, 1: deviation})
    builder.StartObject(2)
    builder.PrependUint8Slot(0, _NORMALIZATION_OPTIONS, 0)
    builder.PrependUOffsetTRelativeSlot(1, options, 0)
    return _vector(builder, [builder.EndObject()])


def _label_file(builder: Any) -> int:
    name = builder.CreateString(LABELS_NAME)
    builder.StartObject(5)
    builder.PrependUOffsetTRelativeSlot(0, name, 0)
    builder.PrependInt8Slot(2, _TENSOR_AXIS_LABELS, 0)
    return _vector(builder, [builder.EndObject()])


def _table(builder: Any, fields: int, offsets: dict[int, int]) -> int:
    """A table of `fields` slots, some of them holding offsets; 0 leaves one out."""
    builder.StartObject(fields)
    for slot, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    table: int = builder.EndObject()
    return table


def _vector(builder: Any, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    vector: int = builder.EndVector()
    return vector
