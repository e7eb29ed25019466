"""What would help an operator that lost much: named by cause."""

from edgesmith.convert.quantization.operator_error import OperatorError

GOOD_DB = 20.0
"""Noise of a hundredth of the signal's power: an operator above it is left alone."""

_MOSTLY = 0.5  # of the noise's power
_SHOWN = 5  # channels in a sentence


def advise(error: OperatorError) -> str | None:
    """A sentence, or None where the operator needs no help."""
    if error.alone_snr_db < GOOD_DB:
        return _own_fault(error)
    if error.snr_db >= GOOD_DB:
        return None
    if error.shift_share > _MOSTLY:
        return "channel means have shifted: bias correction"
    return "little of the error is its own: see the operators before it"


def _own_fault(error: OperatorError) -> str:
    if error.outlier_channels:
        more = " and more" if len(error.outlier_channels) > _SHOWN else ""
        channels = ", ".join(map(str, error.outlier_channels[:_SHOWN])) + more
        return (
            f"output channel {channels} outweighs the others, whose values are left with few codes: "
            "equalization, or this operator and its readers kept float"
        )
    if mostly_rounding(error):
        return (
            "rare values stretch the range: calibration by mse, or this operator and its readers kept float"
        )
    return "the weights' rounding errors add up: data-aware rounding, or this operator kept float"


def mostly_rounding(error: OperatorError) -> bool:
    """Whether more than half of an operator's own noise is the rounding of its output."""
    noise, rounding = (10 ** (-db / 10) for db in (error.alone_snr_db, error.rounding_snr_db))
    return rounding > _MOSTLY * noise
