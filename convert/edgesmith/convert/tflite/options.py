"""The numbers of an operator, from TFLite's option tables and constant operands to the graph's `options`."""

from collections.abc import Sequence
from typing import Any

from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edgesmith.convert.graph.model import Kind
from edgesmith.runtime.errors import UnsupportedModelError

_FIXED_SIZES = "export the model with fixed input sizes and batch 1"
_PADDING = {schema.Padding.SAME: "SAME", schema.Padding.VALID: "VALID"}


def read_options(kind: Kind, table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    """The options of one operator; `operands` are its inputs, None where they are no constants.

    Raises `UnsupportedModelError` for variants of an operator that the graph has no meaning for.
    """
    readers = {
        "CONV_2D": _convolution,
        "DEPTHWISE_CONV_2D": _depthwise,
        "MAX_POOL_2D": _pool,
        "AVERAGE_POOL_2D": _pool,
        "FULLY_CONNECTED": _fully_connected,
        "MEAN": _mean,
        "PAD": _pad,
        "RESHAPE": _reshape,
        "RESIZE_BILINEAR": _resize_bilinear,
        "STRIDED_SLICE": _strided_slice,
        "SOFTMAX": lambda table, operands: {"beta": float(table.beta)},
        "LEAKY_RELU": lambda table, operands: {"alpha": float(table.alpha)},
        "CONCATENATION": _concatenation,
    }
    return readers[kind](table, operands) if kind in readers else {}


def _convolution(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    return {
        "stride": (int(table.strideH), int(table.strideW)),
        "dilation": (int(table.dilationHFactor), int(table.dilationWFactor)),
        "padding": _PADDING[table.padding],
    }


def _depthwise(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    return {**_convolution(table, operands), "multiplier": int(table.depthMultiplier)}


def _pool(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    return {
        "window": (int(table.filterHeight), int(table.filterWidth)),
        "stride": (int(table.strideH), int(table.strideW)),
        "padding": _PADDING[table.padding],
    }


def _fully_connected(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    return {"keep_num_dims": bool(table.keepNumDims)}


def _mean(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    axes = tuple(int(axis) for axis in _numbers("MEAN", operands, 1).reshape(-1))
    return {"axes": axes, "keep_dims": bool(table.keepDims)}


def _pad(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    paddings = _numbers("PAD", operands, 1)
    return {"paddings": tuple((int(before), int(after)) for before, after in paddings)}


def _reshape(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    shape = tuple(int(size) for size in _numbers("RESHAPE", operands, 1))
    if -1 in shape[1:]:
        raise UnsupportedModelError(f"RESHAPE to the open shape {shape}", tip=_FIXED_SIZES)
    return {"shape": shape}


def _resize_bilinear(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    height, width = (int(side) for side in _numbers("RESIZE_BILINEAR", operands, 1))
    return {
        "size": (height, width),
        "align_corners": bool(table.alignCorners),
        "half_pixel_centers": bool(table.halfPixelCenters),
    }


def _strided_slice(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    if table.ellipsisMask or table.newAxisMask or table.shrinkAxisMask or table.offset:
        raise UnsupportedModelError(
            "STRIDED_SLICE with ellipsis, new or dropped axes",
            tip="take the slice out of the model, or write it as a Cropping2D layer",
        )
    begin, end, strides = (_numbers("STRIDED_SLICE", operands, place).tolist() for place in (1, 2, 3))
    return {
        "begin": [None if table.beginMask >> axis & 1 else value for axis, value in enumerate(begin)],
        "end": [None if table.endMask >> axis & 1 else value for axis, value in enumerate(end)],
        "strides": strides,
    }


def _concatenation(table: Any, operands: Sequence[NDArray[Any] | None]) -> dict[str, Any]:
    if table.axis == 0:
        raise UnsupportedModelError(
            "CONCATENATION over the batch", tip="concatenate channels or positions, not pictures"
        )
    return {"axis": int(table.axis)}


def _numbers(kind: str, operands: Sequence[NDArray[Any] | None], place: int) -> NDArray[Any]:
    value = operands[place] if place < len(operands) else None
    if value is None:
        raise UnsupportedModelError(
            f"{kind} computes its operand {place} at run time; fixed shapes are needed",
            tip=_FIXED_SIZES,
        )
    return value
