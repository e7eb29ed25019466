"""Variants of operators that the graph has no meaning for are refused; masks and axes become plain numbers."""

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.graph.model import Kind
from edgesmith.convert.tflite.options import read_options
from edgesmith.runtime.errors import UnsupportedModelError


def table(kind: str, **fields: Any) -> Any:
    made = getattr(schema, f"{kind}OptionsT")()
    for name, value in fields.items():
        assert hasattr(made, name)
        setattr(made, name, value)
    return made


SLICE = [None, np.array([0, 1, 2, 0]), np.array([1, 3, 4, 0]), np.array([1, 1, 2, 1])]


def test_strided_slice_masks_open_the_ends() -> None:
    options = read_options("STRIDED_SLICE", table("StridedSlice", beginMask=0b0001, endMask=0b1001), SLICE)
    assert options == {
        "begin": [None, 1, 2, 0],
        "end": [None, 3, 4, None],
        "strides": [1, 1, 2, 1],
    }


def test_convolution_options() -> None:
    options = read_options(
        "DEPTHWISE_CONV_2D",
        table(
            "DepthwiseConv2D",
            strideH=2,
            strideW=1,
            dilationHFactor=3,
            dilationWFactor=4,
            padding=schema.Padding.VALID,
            depthMultiplier=2,
        ),
        [],
    )
    assert options == {"stride": (2, 1), "dilation": (3, 4), "padding": "VALID", "multiplier": 2}


def test_pool_options() -> None:
    fields = {"filterHeight": 3, "filterWidth": 2, "strideH": 2, "strideW": 1, "padding": schema.Padding.SAME}
    assert read_options("MAX_POOL_2D", table("Pool2D", **fields), []) == {
        "window": (3, 2),
        "stride": (2, 1),
        "padding": "SAME",
    }


@pytest.mark.parametrize(
    ("kind", "operands", "options"),
    [
        ("PAD", [None, np.array([[0, 0], [1, 2]])], {"paddings": ((0, 0), (1, 2))}),
        ("RESHAPE", [None, np.array([-1, 5])], {"shape": (-1, 5)}),
    ],
)
def test_constant_operands_become_options(kind: Kind, operands: list[Any], options: dict[str, Any]) -> None:
    assert read_options(kind, None, operands) == options


def test_resize_options() -> None:
    fields = {"alignCorners": False, "halfPixelCenters": True}
    assert read_options("RESIZE_BILINEAR", table("ResizeBilinear", **fields), [None, np.array([6, 8])]) == {
        "size": (6, 8),
        "align_corners": False,
        "half_pixel_centers": True,
    }


@pytest.mark.parametrize("axes", [np.array([1, 2]), np.array(1)], ids=["two axes", "one axis"])
def test_mean_axes(axes: Any) -> None:
    found = read_options("MEAN", table("Reducer", keepDims=True), [None, axes])
    assert found == {"axes": tuple(axes.reshape(-1)), "keep_dims": True}


@pytest.mark.parametrize(
    ("kind", "options", "operands", "message"),
    [
        ("CONCATENATION", table("Concatenation", axis=0), [], "over the batch"),
        ("RESHAPE", None, [None, np.array([1, -1])], r"open shape \(1, -1\)"),
        ("RESHAPE", None, [None, None], "RESHAPE computes its operand 1 at run time"),
        ("RESIZE_BILINEAR", None, [None, None], "RESIZE_BILINEAR computes its operand 1 at run time"),
        ("PAD", None, [None], "PAD computes its operand 1 at run time"),
        ("STRIDED_SLICE", table("StridedSlice", shrinkAxisMask=2), SLICE, "dropped axes"),
        ("STRIDED_SLICE", table("StridedSlice", newAxisMask=1), SLICE, "new or dropped axes"),
        ("STRIDED_SLICE", table("StridedSlice", ellipsisMask=1), SLICE, "ellipsis"),
    ],
)
def test_refused(kind: Kind, options: Any, operands: list[Any], message: str) -> None:
    with pytest.raises(UnsupportedModelError, match=message):
        read_options(kind, options, operands)


def test_kinds_without_numbers_have_no_options() -> None:
    assert read_options("RELU", None, []) == {}
