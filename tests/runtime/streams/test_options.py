from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.streams import StreamOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0.0}, "every 0 s; a number above 0 is needed"),
        ({"every": float("nan")}, "every nan s"),
        ({"every": float("inf")}, "every inf s"),
        ({"every": "x"}, "every 'x'; a number is needed"),
        ({"queue": 0}, "queue 0; at least 1 is needed"),
        ({"smooth": 0}, "smooth 0; at least 1 is needed"),
        ({"queue": None}, "queue None; a whole number is needed"),
        ({"smooth": 1.5}, r"smooth 1\.5; a whole number is needed"),
        ({"smooth": 10_001}, "smooth 10001; at most 10000 is allowed"),
        ({"when_behind": "Drop"}, "when_behind 'Drop' is none of wait, drop"),
        ({"min_score": None}, "min_score None; a number is needed"),
        ({"min_score": 1.5}, r"min_score 1\.5 is outside 0\.\.1"),
        ({"min_margin": -0.1}, r"min_margin -0\.1 is outside 0\.\.1"),
    ],
    ids=str,
)
def test_values_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        StreamOptions(**options)


def test_numbers_of_numpy_are_numbers() -> None:
    options: dict[str, Any] = {"every": np.float32(0.5), "smooth": np.int64(10_000), "when_behind": "drop"}
    assert StreamOptions(**options).smooth == 10_000
