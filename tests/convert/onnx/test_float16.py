from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.onnx.float16 import FLOAT16_PASSES, store_float16
from edgesmith.convert.onnx.lower import lower
from edgesmith.convert.tflite.write import write_float16, write_float32
from edgesmith.runtime.errors import UnsupportedModelError

if TYPE_CHECKING:
    from tests.convert.onnx.conftest import Answer, Lines, Parse

MODEL = """
g (float[1,2] x) => (float[1,3] y)
<float two = {2}, float[2,3] w = {1, 2, 3, -4, -5, 0.1}, float[3] b = {0.5, -0.5, 0}>
{ doubled = Mul(x, two) product = MatMul(doubled, w) sum = Add(product, b) y = Add(sum, b) }
"""


def test_arrays_become_float16_behind_one_cast_each(parse: "Parse", lines: "Lines", answer: "Answer") -> None:
    model = parse(MODEL)
    assert store_float16(model.graph) == 2
    assert sorted(lines(model)[:2]) == ["b:float32 = Cast(b:float16)", "w:float32 = Cast(w:float16)"]
    assert lines(model)[2:] == [
        "doubled = Mul(x, two)",
        "product = MatMul(doubled, w:float32)",
        "sum = Add(product, b:float32)",
        "y = Add(sum, b:float32)",
    ]
    tenth = np.float32(np.float16(0.1))
    assert answer(model, x=np.array([[1, 1]], np.float32)).tolist() == [[-5, -7, 6 + 2 * tenth]]


def test_float16_onnx_is_half_the_size_and_answers_as_the_tflite(
    wide_graph: Graph,
    make_pictures: Callable[..., NDArray[np.uint8]],
    run_model: Callable[[bytes, NDArray[np.uint8]], NDArray[Any]],
) -> None:
    float32 = write_float32(wide_graph)
    half, whole = lower(float32, passes=FLOAT16_PASSES), lower(float32, passes=())
    assert lower(float32, passes=FLOAT16_PASSES) == half
    assert len(half) < 0.55 * len(whole)
    graph = onnx.load_from_string(half).graph
    ends = [value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)]
    assert ends == [onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT]
    pixels = make_pictures(10, height=14, width=10)
    got, wanted = run_model(half, pixels), run_model(write_float16(wide_graph), pixels)
    assert np.abs(got - wanted).max() < 1e-6
    assert np.abs(got - run_model(whole, pixels)).max() > 1e-6


def test_weights_beyond_float16_are_refused(wide_graph: Graph) -> None:
    graph = wide_graph.with_constants({"head:w": np.full((128, 40), 1e6, np.float32)})
    with pytest.raises(UnsupportedModelError, match=r"store_float16 .*float16 ends at 65504"):
        lower(write_float32(graph), passes=FLOAT16_PASSES)
