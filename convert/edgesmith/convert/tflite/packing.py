"""TFLite models as objects (`ModelT` of the generated schema) and as bytes."""

from typing import Any

import flatbuffers

IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of a `.tflite` (schema.fbs, `file_identifier`)."""


def packed(model: Any) -> bytes:
    """The flatbuffer of a `ModelT`."""
    builder = flatbuffers.Builder(1024)  # grows as needed; the size does not change the bytes
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def builtin_code(model: Any, operator: Any) -> int:
    """The `BuiltinOperator` of one of the model's operators.

    Codes above 127 live in the newer field only; below, either field may hold it (schema.fbs).
    """
    code = model.operatorCodes[operator.opcodeIndex]
    return int(max(code.builtinCode, code.deprecatedBuiltinCode))
