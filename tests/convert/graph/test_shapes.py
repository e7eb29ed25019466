import numpy as np

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.graph.shapes import tensor_shapes


def test_shapes_of_every_tensor_for_one_image() -> None:
    graph = Graph(
        input="image",
        input_shape=(1, 9, 8, 3),
        output="scores",
        operators=(
            Operator(
                kind="CONV_2D",
                inputs=("image", "weights", "bias"),
                output="features",
                options={"stride": (2, 2), "dilation": (1, 1), "padding": "SAME"},
            ),
            Operator(
                kind="MEAN",
                inputs=("features",),
                output="means",
                options={"axes": (1, 2), "keep_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("means",), output="scores", options={"beta": 1.0}),
        ),
        constants={"weights": np.zeros((3, 3, 3, 5), np.float32), "bias": np.zeros(5, np.float32)},
    )
    assert tensor_shapes(graph) == {
        "image": (1, 9, 8, 3),
        "features": (1, 5, 4, 5),
        "means": (1, 5),
        "scores": (1, 5),
    }
