import math

import numpy as np
import pytest

from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.runtime.errors import OptionError

PIXEL = np.array([[[[0, 100, 255]]]], np.uint8)


@pytest.mark.parametrize(
    ("normalisation", "expected"),
    [
        (ExternalNormalisation(), [0, 100, 255]),
        (ExternalNormalisation(mean=(100.0,), std=(2.0,)), [-50, 0, 77.5]),
        (ExternalNormalisation(mean=(1.0, 2.0, 3.0), std=(1.0, 2.0, 4.0)), [-1, 49, 63]),
    ],
    ids=["none", "one number", "by channel"],
)
def test_apply(normalisation: ExternalNormalisation, expected: list[float]) -> None:
    applied = normalisation.apply(PIXEL)
    assert applied.dtype == np.float32
    assert applied.reshape(-1).tolist() == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean": (1.0, 2.0)}, "--mean"),
        ({"std": (1.0, 0.0, 1.0)}, "divides by zero"),
        ({"std": (math.nan,)}, "--std"),
        ({"mean": ()}, "--mean"),
    ],
    ids=["two numbers", "zero", "not a number", "none"],
)
def test_refused(fields: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ExternalNormalisation(**fields)
