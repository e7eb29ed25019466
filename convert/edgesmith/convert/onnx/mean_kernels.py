"""A mean of 8-bit codes as LiteRT and ONNX Runtime compute it, from the sum of the codes.

Codes are int8 here; a uint8 code is 128 more. Sums are of `area` codes: -128 * area .. 127 * area.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.onnx.quantized import Quantization

RAW_ZERO = 128
"""The uint8 code of the int8 code 0."""
# All sums of more codes take seconds to try (4096 codes: a million sums).
_MAX_TRIED_AREA = 4096

Sums = NDArray[np.int64]
Means = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanParameters:
    """Scales in float32 and int8 zero points of the codes and of their mean; `area`: codes in one mean."""

    scales: tuple[np.float32, np.float32]
    zero_points: tuple[int, int]
    area: int


def mean_parameters(source: Quantization, target: Quantization, *, area: int) -> MeanParameters:
    """From the uint8 quantization of the codes and of their mean."""
    return MeanParameters(
        scales=(np.float32(source.scale), np.float32(target.scale)),
        zero_points=(int(source.zero_point) - RAW_ZERO, int(target.zero_point) - RAW_ZERO),
        area=area,
    )


def multiplier_and_offset(parameters: MeanParameters) -> tuple[np.float32, np.float32]:
    """What LiteRT multiplies a sum by, and adds then; the offset joins both zero points.

    Source of the multiplier: XNNPACK, `xnn_create_reduce_nd` and `update_params_mean_qs8`.
    """
    (scale, out_scale), (zero, out_zero) = parameters.scales, parameters.zero_points
    multiplier = np.float32(scale / out_scale) * (np.float32(1) / np.float32(parameters.area))
    return multiplier, np.float32(out_zero) - np.float32(parameters.area * zero) * multiplier


def litert_mean(sums: Sums, parameters: MeanParameters) -> Means:
    """Product and sum in float32, each rounded, then the code, half to even.

    Found by comparing with LiteRT 2.3.0 on x86 where sums lie nearest to a half. On arm64 its compiler
    fuses product and sum, so that a few of those give the neighbouring code.
    """
    multiplier, offset = multiplier_and_offset(parameters)
    return _saturated(np.rint(sums.astype(np.float32) * multiplier + offset))


def pool_mean(sums: Sums, parameters: MeanParameters) -> Means:
    """QLinearGlobalAveragePool, on x86 and ARM: half to even before the zero point is added.

    Source: ONNX Runtime, `MlasQLinearGlobalAveragePoolNhwc` and `MlasRequantizeOutput`.
    """
    (scale, out_scale), (zero, out_zero) = parameters.scales, parameters.zero_points
    multiplier = np.float32(scale / (out_scale * np.float32(parameters.area)))
    distances = (sums - parameters.area * zero).astype(np.float32)
    return _saturated(np.rint(distances * multiplier) + np.float32(out_zero))


def pool_is_exact(parameters: MeanParameters) -> bool:
    """Whether QLinearGlobalAveragePool gives LiteRT's code for every sum.

    False too where there are too many sums to try.
    """
    if parameters.area > _MAX_TRIED_AREA:
        return False
    sums = np.arange(-128 * parameters.area, 127 * parameters.area + 1, dtype=np.int64)
    return np.array_equal(pool_mean(sums, parameters), litert_mean(sums, parameters))


def _saturated(codes: NDArray[np.float32]) -> Means:
    saturated: Means = np.clip(codes, -128, 127).astype(np.int64)
    return saturated
