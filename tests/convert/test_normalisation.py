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
        ({"mean": (1.0,) * 4}, "--mean"),
        ({"mean": ()}, "--mean"),
    ],
    ids=["two numbers", "zero", "four numbers", "none"],
)
def test_refused(fields: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ExternalNormalisation(**fields)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", ["mean", "std"])
def test_number_that_is_not_finite_is_called_that(field: str, number: float) -> None:
    with pytest.raises(OptionError, match=f"--{field}") as refusal:
        ExternalNormalisation(**{field: (number,)})
    assert "finite" in str(refusal.value.tip)
