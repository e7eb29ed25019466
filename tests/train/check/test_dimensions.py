import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.cli import main
from edgesmith.train.check.dimensions import measure_dimensions
from edgesmith.train.check.scan import Reading

MakeReading = Callable[..., Reading]


def test_the_short_side_counts(make_reading: MakeReading) -> None:
    sizes = [(300, 200), (100, 400), (64, 64), (500, 150)]
    found = measure_dimensions([make_reading(size=size, grey=size[0] == 64) for size in sizes])

    assert found is not None
    assert found.to_json() == {
        "readable": 4,
        "grey": 1,
        "least_short_side": 64,
        "median_short_side": 100,
        "most_short_side": 200,
    }


def test_without_pictures_there_is_nothing_to_say() -> None:
    assert measure_dimensions([]) is None


def test_the_document_holds_them(folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder(whole=4)), "--json"]) == 0

    pictures = json.loads(capsys.readouterr().out)["pictures"]
    assert (pictures["readable"], pictures["grey"], pictures["median_short_side"]) == (8, 0, 96)
