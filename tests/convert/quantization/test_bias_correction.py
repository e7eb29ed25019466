"""The shift of the means, worked out from mean images alone, is that of all images and positions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from edgesmith.convert.graph import Operator
from edgesmith.convert.graph.evaluate import linear
from edgesmith.convert.graph.model import Kind
from edgesmith.convert.quantization.bias_correction import mean_shift

CONVOLUTION = {"stride": (2, 1), "dilation": (1, 1), "padding": "SAME"}


@pytest.mark.parametrize(
    ("kind", "source", "weights", "options"),
    [
        ("CONV_2D", (7, 6, 3), (3, 3, 3, 4), CONVOLUTION),
        ("CONV_2D", (7, 6, 3), (3, 3, 3, 4), {**CONVOLUTION, "padding": "VALID", "dilation": (1, 2)}),
        ("DEPTHWISE_CONV_2D", (7, 6, 3), (3, 3, 3, 2), {**CONVOLUTION, "stride": (2, 2)}),
        ("FULLY_CONNECTED", (1, 1, 6), (6, 4), {"keep_num_dims": False}),
        ("FULLY_CONNECTED", (2, 3, 6), (6, 4), {"keep_num_dims": True}),
    ],
    ids=["convolution", "valid, dilated", "depthwise", "dense", "dense by position"],
)
def test_shift_is_that_of_all_images(
    kind: Kind, source: tuple[int, ...], weights: tuple[int, ...], options: Mapping[str, Any]
) -> None:
    generator = np.random.default_rng(0)
    operator = Operator(kind=kind, inputs=("x", "w", "b"), output="y", options=options)
    values = generator.normal(1, 1, (9, *source)).astype(np.float32)
    coarse = np.round(values)
    kernels = generator.normal(size=weights).astype(np.float32)
    rounded = np.round(kernels * 4) / np.float32(4)
    outputs = weights[2] * weights[3] if kind == "DEPTHWISE_CONV_2D" else weights[-1]
    bias = np.zeros(outputs, np.float32)
    means = [
        np.asarray(linear(operator, (x, w, bias))).reshape(-1, outputs).mean(0)
        for x, w in ((values, kernels), (coarse, rounded))
    ]
    shift = mean_shift(operator, (values.mean(0)[None], kernels), (coarse.mean(0)[None], rounded))
    assert np.abs(shift).max() > 0.01
    np.testing.assert_allclose(shift, means[0] - means[1], atol=1e-5)
