"""Which passes make which `.onnx`."""

from edgesmith.convert.onnx.float16 import FLOAT16_PASSES
from edgesmith.convert.onnx.lower import INT8_PASSES, Pass
from edgesmith.convert.onnx.passes.unsigned_weights import make_weights_unsigned
from edgesmith.convert.onnx.signed_io import make_io_signed
from edgesmith.convert.onnx.weight_only import WEIGHT_ONLY_PASSES
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.runtime.spec import Precision


def passes_of(precision: Precision, *, io: BoundaryType, x86_safe: bool) -> tuple[Pass, ...]:
    """The rewrites from the `.tflite` of a precision; from the float32 one for float16.

    `io` and `x86_safe` matter to int8 only. Raises `ValueError` for a precision without `.onnx`.
    """
    match precision:
        case "float32":
            return ()
        case "float16":
            return FLOAT16_PASSES
        case "dynamic":
            return WEIGHT_ONLY_PASSES
        case "int8":
            signed = (make_io_signed,) if io == "int8" else ()
            return (*INT8_PASSES, *((make_weights_unsigned,) if x86_safe else ()), *signed)
        case _:
            raise ValueError(f"no passes for {precision}")
