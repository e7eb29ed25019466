from collections.abc import Callable
from typing import Any

import pytest

from edgesmith.train.check.findings import Finding, Picture
from edgesmith.train.check.geometry import find_poor_pictures
from edgesmith.train.check.scan import Reading

MakeReading = Callable[..., Reading]


def check(*readings: Reading, image_size: int = 96) -> dict[str, Finding]:
    numbered = {
        Picture(path=f"cat/{index}.png", split="all", label="cat"): reading
        for index, reading in enumerate(readings)
    }
    return {finding.kind: finding for finding in find_poor_pictures(numbered, image_size=image_size)}


def test_ordinary_pictures_are_no_finding(make_reading: MakeReading) -> None:
    assert check(make_reading(size=(96, 96)), make_reading(size=(288, 96))) == {}


@pytest.mark.parametrize(
    ("odd", "kind", "severity"),
    [
        ({"size": (31, 90)}, "tiny", "warning"),
        ({"size": (32, 90)}, "below-input", "note"),
        ({"size": (96, 289)}, "extreme-aspect", "warning"),
        ({"contrast": 3.9}, "flat", "warning"),
        ({"sideways": True}, "sideways", "note"),
        ({"grey": True}, "mixed-modes", "note"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_odd_picture_is_named(
    make_reading: MakeReading, odd: dict[str, Any], kind: str, severity: str
) -> None:
    found = check(make_reading(), make_reading(**odd), make_reading())

    assert {name: finding.severity for name, finding in found.items()} == {kind: severity}
    assert [item.pictures[0].path for item in found[kind].items] == ["cat/1.png"]


def test_all_grey_is_no_mix(make_reading: MakeReading) -> None:
    assert check(make_reading(grey=True), make_reading(grey=True)) == {}


@pytest.mark.parametrize(
    ("sides", "proposed"), [((100, 100, 300), "--image-size 96"), ((300, 300, 100), None)]
)
def test_smaller_input_is_proposed_where_most_pictures_are_small(
    make_reading: MakeReading, sides: tuple[int, ...], proposed: str | None
) -> None:
    found = check(*(make_reading(size=(side, side)) for side in sides), image_size=224)

    assert (proposed or "") in found["below-input"].advice
    assert ("--image-size" in found["below-input"].advice) == (proposed is not None)


def test_small_pictures_are_not_tiny_for_a_network_of_their_size(make_reading: MakeReading) -> None:
    assert check(make_reading(size=(28, 28)), image_size=28) == {}
    assert set(check(make_reading(size=(27, 28)), image_size=28)) == {"tiny"}
