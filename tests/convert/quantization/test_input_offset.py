"""127.5 becomes the zero point 128 where that changes next to nothing, an operator where it does."""

import numpy as np
import pytest

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.quantization.input_offset import MAX_DIFFERENCE, integer_offset
from edgesmith.convert.quantization.observe import input_values

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 6, 6, 3), dtype=np.uint8)


def classifier(*, gain: float, offset: float = 127.5) -> Graph:
    """Channel sums under a SAME window; `gain` decides how much half a grey level at the border matters."""
    return Graph(
        input="image",
        input_shape=(1, 6, 6, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "weights", "bias"),
                output="features",
                options={"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"},
            ),
            Operator(
                kind="MEAN",
                inputs=("features",),
                output="logits",
                options={"axes": (1, 2), "keep_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
        ),
        constants={
            "weights": np.random.default_rng(1).normal(0, gain, (3, 3, 3, 2)).astype(np.float32),
            "bias": np.zeros(2, np.float32),
        },
        input_offset=offset,
    )


def scores(graph: Graph) -> np.ndarray:
    return np.asarray(run(graph, input_values(graph, IMAGES)))


def test_small_difference_is_rounded_and_stated() -> None:
    graph = classifier(gain=0.002)
    rounded, check = integer_offset(graph, IMAGES)
    difference = np.abs(scores(rounded) - scores(graph)).max()
    assert check is not None
    assert (rounded.input_offset, len(rounded.operators)) == (128, 3)
    assert (check.offset, check.rounded, check.argmax_equal) == (127.5, True, True)
    assert 0 < check.max_abs_difference <= MAX_DIFFERENCE
    assert check.max_abs_difference == pytest.approx(difference, rel=1e-3)


def test_large_difference_keeps_the_subtraction_as_an_operator() -> None:
    graph = classifier(gain=0.05)
    kept, check = integer_offset(graph, IMAGES)
    assert check is not None
    assert not check.rounded
    assert check.max_abs_difference > MAX_DIFFERENCE or not check.argmax_equal
    assert (kept.input_offset, kept.operators[0].kind) == (0, "DEPTHWISE_CONV_2D")
    np.testing.assert_allclose(scores(kept), scores(graph), atol=1e-5)


def test_changed_best_class_undoes_even_a_small_difference() -> None:
    """A bias that puts one picture between its two classes: the difference is tiny, the answer another."""
    graph = classifier(gain=0.002)
    rounded, _ = integer_offset(graph, IMAGES)
    logits = np.log(scores(graph)), np.log(scores(rounded))
    margins = [values[:, 0] - values[:, 1] for values in logits]
    picture = int(np.abs(margins[0] - margins[1]).argmax())
    bias = np.array([-(margins[0][picture] + margins[1][picture]) / 2, 0], np.float32)
    kept, check = integer_offset(graph.with_constants({"bias": bias}), IMAGES)
    assert check is not None
    assert check.max_abs_difference <= MAX_DIFFERENCE
    assert (check.argmax_equal, check.rounded) == (False, False)
    assert kept.operators[0].kind == "DEPTHWISE_CONV_2D"


@pytest.mark.parametrize("offset", [0.0, 127.0])
def test_integer_offset_is_left_alone(offset: float) -> None:
    graph = classifier(gain=0.05, offset=offset)
    assert integer_offset(graph, IMAGES) == (graph, None)
