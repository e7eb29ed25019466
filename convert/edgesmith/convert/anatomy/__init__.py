"""What a `.tflite` or `.onnx` consists of, whoever wrote it: operators, quantization, work, oldest runtime."""

from pathlib import Path

from edgesmith.runtime.anatomy import Anatomy
from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.modelfile import format_of


def read_anatomy(path: Path) -> Anatomy:
    """Take a file apart. Raises `ModelFileError` for a damaged one, `MissingExtraError` without the extra."""
    with needs_extra("convert"):
        if format_of(path) == "tflite":
            from edgesmith.convert.anatomy.tflite import read_tflite

            return read_tflite(path)
        from edgesmith.convert.anatomy.onnx import read_onnx

        return read_onnx(path)
