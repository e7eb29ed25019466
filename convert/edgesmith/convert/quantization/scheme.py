"""How int8 is arrived at. Each combination is a rung that the guard can climb to."""

from dataclasses import dataclass
from typing import Literal, get_args

CalibrationMethod = Literal["minmax", "mse", "percentile"]
CALIBRATION_METHODS: tuple[CalibrationMethod, ...] = get_args(CalibrationMethod)

Rounding = Literal["nearest", "data-aware"]
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What is done to a float graph on its way to int8.

    `calibration_method`: how an activation's range follows from the calibration images. `rounding`: how
    weights get their codes. `equalized`: channel ranges are levelled across layers first. `distilled`: weights and biases learn
    from the float graph at last (quantization-aware training without labels, minutes). `keep_float`:
    outputs of the operators that stay float; with some, the file is `mixed`, no longer int8.
    """

    calibration_method: CalibrationMethod = "minmax"
    rounding: Rounding = "nearest"
    bias_correction: bool = True
    equalized: bool = False
    distilled: bool = False
    keep_float: frozenset[str] = frozenset()


DEFAULT_SCHEME = Scheme()
"""Exact ranges and sequential bias correction: on MobileNetV1 0.25 they gain more than all other rungs together."""
