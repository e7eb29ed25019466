from collections.abc import Callable

import pytest

from edgesmith.train.check.findings import Finding, Picture
from edgesmith.train.check.lookalikes import comparable, find_lookalikes
from edgesmith.train.check.scan import Reading

MakeReading = Callable[..., Reading]

SCENE = (1 << 200) - 1
EDITED = SCENE ^ 0b1111  # four bits away
OTHER = SCENE << 56


def picture(path: str) -> Picture:
    split, label, _ = path.split("/")
    return Picture(path=path, split=split, label=label)


def check(readings: dict[Picture, Reading], distance: int | None = None) -> dict[str, Finding]:
    found = find_lookalikes(comparable(readings), distance=distance, advance=lambda _: None)
    return {finding.kind: finding for finding in found}


@pytest.mark.parametrize(
    ("second", "kind", "severity"),
    [
        ("train/cat/b", "near-duplicate", "note"),
        ("test/cat/b", "near-leak", "warning"),
        ("train/dog/b", "near-label-conflict", "warning"),
    ],
    ids=["same place", "other split", "other label"],
)
def test_where_the_other_one_is_decides(
    make_reading: MakeReading, second: str, kind: str, severity: str
) -> None:
    found = check(
        {
            picture("train/cat/a"): make_reading(content=1, bits=SCENE),
            picture(second): make_reading(content=2, bits=EDITED),
            picture("train/cat/c"): make_reading(content=3, bits=OTHER),
        }
    )

    assert {name: finding.severity for name, finding in found.items()} == {kind: severity}
    [item] = found[kind].items
    assert [shown.path for shown in item.pictures] == ["train/cat/a", second]
    assert item.distances == (4, 4)
    assert item.detail == "4 of 256 bits"


def test_without_splits_a_series_is_a_warning(make_reading: MakeReading) -> None:
    found = check(
        {
            picture("all/cat/a"): make_reading(content=1, bits=SCENE),
            picture("all/cat/b"): make_reading(content=2, bits=EDITED),
        }
    )

    assert found["near-duplicate"].severity == "warning"


def test_exact_copy_in_another_split_counts_as_near_to_the_edit(make_reading: MakeReading) -> None:
    found = check(
        {
            picture("train/cat/a"): make_reading(content=1, bits=SCENE),
            picture("train/cat/a2"): make_reading(content=1, bits=SCENE),
            picture("test/cat/a"): make_reading(content=1, bits=SCENE),
            picture("train/cat/b"): make_reading(content=2, bits=EDITED),
        }
    )

    [item] = found["near-leak"].items
    assert [shown.path for shown in item.pictures] == ["train/cat/a", "test/cat/a", "train/cat/b"]


def test_exact_copies_alone_are_left_to_the_duplicates(make_reading: MakeReading) -> None:
    same = make_reading(content=1, bits=SCENE)

    assert check({picture("train/cat/a"): same, picture("test/cat/a"): same}) == {}


def test_flat_pictures_are_not_compared(make_reading: MakeReading) -> None:
    assert (
        check(
            {
                picture("train/cat/a"): make_reading(content=1, bits=SCENE, contrast=0.5),
                picture("test/dog/b"): make_reading(content=2, bits=SCENE, contrast=0.5),
            }
        )
        == {}
    )


def test_stated_distance_is_used(make_reading: MakeReading) -> None:
    readings = {
        picture("train/cat/a"): make_reading(content=1, bits=SCENE),
        picture("train/cat/b"): make_reading(content=2, bits=EDITED),
    }

    assert check(readings, distance=3) == {}
    assert set(check(readings, distance=4)) == {"near-duplicate"}


def test_nothing_to_compare() -> None:
    assert check({}) == {}
