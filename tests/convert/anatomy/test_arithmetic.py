import pytest

from edgesmith.convert.anatomy.arithmetic import arithmetic_of


@pytest.mark.parametrize(
    ("kind", "taken", "given", "expected"),
    [
        pytest.param("CONV_2D", ["int8"], ["int8"], "int8", id="integers"),
        pytest.param("CONV_2D", ["float32"], ["float32"], "float", id="floats"),
        pytest.param("CONV_2D", ["int16"], ["int16"], "int16", id="16-bit activations"),
        pytest.param("CAST", ["uint8"], ["float32"], "conversion", id="a conversion"),
        pytest.param("ARG_MAX", ["int8"], ["int64"], "int8", id="codes in, an index out"),
        pytest.param("com.microsoft.MatMulIntegerToFloat", ["uint8"], ["float32"], "int8", id="float out"),
        pytest.param("com.microsoft.DynamicQuantizeMatMul", ["float32"], ["float32"], "float", id="float in"),
        pytest.param("SHAPE", ["int32"], ["int32"], "index", id="shapes"),
        pytest.param("GATHER", ["int32"], ["float32"], "float", id="a table of floats"),
        pytest.param("RANGE", [], ["int32"], "index", id="nothing in"),
    ],
)
def test_by_the_types_of_activations(kind: str, taken: list[str], given: list[str], expected: str) -> None:
    assert arithmetic_of(kind, taken, given) == expected
