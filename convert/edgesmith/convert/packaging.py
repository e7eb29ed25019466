"""Putting `edgesmith.json` and the labels inside a model file, without time stamps or paths."""

import hashlib
import io
import zipfile
from dataclasses import replace

import onnx

from edgesmith.convert.tflite.metadata import LABELS_NAME, with_metadata
from edgesmith.runtime.modelfile import SPEC_NAME
from edgesmith.runtime.spec import ModelSpec

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can state


def package_tflite(flatbuffer: bytes, spec: ModelSpec) -> bytes:
    """Add TFLite Metadata and append the associated files as a ZIP archive, stored uncompressed, as it defines.

    The spec inside states the SHA-256 of what precedes the archive.
    """
    described = with_metadata(flatbuffer, spec)
    spec = replace(spec, content_sha256=hashlib.sha256(described).hexdigest())
    stream = io.BytesIO(described)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(SPEC_NAME), spec.to_json())
        archive.writestr(_entry(LABELS_NAME), "".join(f"{label}\n" for label in spec.labels))
    return stream.getvalue()


def package_onnx(model: bytes, spec: ModelSpec) -> bytes:
    """Put the spec into `metadata_props`, alone; it states the SHA-256 of the model without that field."""
    proto = onnx.load_from_string(model)
    proto.ClearField("metadata_props")
    bare: bytes = proto.SerializeToString(deterministic=True)
    spec = replace(spec, content_sha256=hashlib.sha256(bare).hexdigest())
    onnx.helper.set_model_props(proto, {SPEC_NAME: spec.to_json().decode()})
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIXED_DATE)
    info.create_system = 3  # Unix, whatever this machine is: equal bytes everywhere
    info.external_attr = 0o644 << 16
    return info
