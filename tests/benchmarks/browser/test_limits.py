from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from edgesmith.benchmarks.browser.limits import Between, Length, Limited, Matching, Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel(Limited):
    weight: Annotated[float, Between(0, 2.5)] = 1.0
    sizes: Annotated[tuple[float, ...], Length(1, 3), Between(0, 9)] = (1.0,)
    label: Annotated[str, Length(1, 4), Plain()] = "a"
    code: Annotated[str, Matching(r"[A-Z]+")] | None = None
    free: str = "\n"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"weight": 0},
        {"weight": 2.5},
        {"sizes": (9.0, 0.0, 3.0)},
        {"code": "AB"},
        {"code": None},
        {"label": "ünïé"},
    ],
    ids=str,
)
def test_what_is_within_passes(fields: dict[str, Any]) -> None:
    Parcel(**fields)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"weight": -0.1}, "weight: -0.1 is outside 0..2.5"),
        ({"weight": 2.6}, "2.6"),
        ({"sizes": (1.0, 9.5)}, "sizes: 9.5"),
        ({"sizes": ()}, "sizes: 0 long"),
        ({"sizes": (1.0,) * 4}, "4 long"),
        ({"label": ""}, "label: 0 long"),
        ({"label": "a\x1b"}, "control"),
        ({"label": "\ud800"}, "control"),
        ({"code": "Ab"}, "code"),
        ({"code": "AB\n"}, "code"),
    ],
    ids=str,
)
def test_what_is_beyond_a_limit_is_named(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Parcel(**fields)
