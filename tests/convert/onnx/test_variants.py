"""Which rewrites each kind of `.onnx` gets, by name."""

import pytest

from edgesmith.convert.onnx.lower import INT8_PASSES
from edgesmith.convert.onnx.passes.unsigned_weights import make_weights_unsigned
from edgesmith.convert.onnx.signed_io import make_io_signed
from edgesmith.convert.onnx.variants import passes_of
from edgesmith.convert.tflite.boundary import BoundaryType


@pytest.mark.parametrize(
    ("io", "x86_safe", "more"),
    [
        ("uint8", False, ()),
        ("float", False, ()),
        ("int8", False, (make_io_signed,)),
        ("uint8", True, (make_weights_unsigned,)),
        ("int8", True, (make_weights_unsigned, make_io_signed)),
    ],
)
def test_int8_gets_its_ends_and_weights(io: BoundaryType, x86_safe: bool, more: tuple[object, ...]) -> None:
    assert passes_of("int8", io=io, x86_safe=x86_safe) == (*INT8_PASSES, *more)


def test_float32_stays_as_tf2onnx_reads_it() -> None:
    assert passes_of("float32", io="uint8", x86_safe=True) == ()


def test_what_has_no_onnx() -> None:
    with pytest.raises(ValueError, match="no passes for int16x8"):
        passes_of("int16x8", io="uint8", x86_safe=False)
