"""What quantization did to one operator."""

from dataclasses import asdict, dataclass
from typing import Any

MAX_DB = 120.0
"""Stands for "no error": float32 resolves no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorError:
    """One operator's output, quantized against float. Signal-to-noise ratios in dB, at most `MAX_DB`.

    `snr_db`: in the quantized network, with the errors of all operators before it. `alone_snr_db`: this
    operator quantized, everything before it float; channel means left out, which bias correction
    repairs. `rounding_snr_db`: its float output, rounded to its range. Both of the median channel, since one
    loud channel would cover what happened to all others. `shift_share`: of the noise of
    `snr_db`, the share 0..1 that is constant for each channel. `weight_range`: (least, greatest) float
    weight, None without weights. `activation_range`: the values of the codes 0 and 255. `outlier_channels`:
    output channels whose largest weight is ten times the median one. `advice`: what would help, None
    where nothing is wrong.
    """

    output: str
    kind: str
    snr_db: float
    alone_snr_db: float
    rounding_snr_db: float
    shift_share: float
    weight_range: tuple[float, float] | None
    activation_range: tuple[float, float]
    outlier_channels: tuple[int, ...]
    advice: str | None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `convert.json`."""
        return asdict(self)
