from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.streams import StreamOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0.0}, "every 0 s; a number above 0 is needed"),
        ({"every": float("nan")}, "every nan s"),
        ({"every": float("inf")}, "every inf s"),
        ({"queue": 0}, "queue 0; at least 1 is needed"),
        ({"smooth": 0}, "smooth 0; at least 1 is needed"),
        ({"min_score": 1.5}, r"min_score 1\.5 is outside 0\.\.1"),
        ({"min_margin": -0.1}, r"min_margin -0\.1 is outside 0\.\.1"),
    ],
    ids=str,
)
def test_values_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        StreamOptions(**options)
