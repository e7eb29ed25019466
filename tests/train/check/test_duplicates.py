from collections.abc import Callable

from edgesmith.train.check.duplicates import find_duplicates
from edgesmith.train.check.findings import Finding, Picture
from edgesmith.train.check.scan import Reading

MakeReading = Callable[..., Reading]


def check(make_reading: MakeReading, *places: tuple[str, int]) -> dict[str, Finding]:
    """Places are split/label/name with the number of what is on the picture."""
    readings = {}
    for path, content in places:
        split, label, _ = path.split("/")
        readings[Picture(path=path, split=split, label=label)] = make_reading(content=content)
    return {finding.kind: finding for finding in find_duplicates(readings)}


def paths(finding: Finding) -> list[list[str]]:
    return [[picture.path for picture in item.pictures] for item in finding.items]


def test_different_pictures_are_no_finding(make_reading: MakeReading) -> None:
    assert check(make_reading, ("train/cat/a", 1), ("test/cat/b", 2), ("train/dog/c", 3)) == {}


def test_copy_in_the_same_class_and_split_is_a_warning(make_reading: MakeReading) -> None:
    found = check(make_reading, ("train/cat/a", 1), ("train/cat/b", 1), ("train/cat/c", 2))

    assert {kind: finding.severity for kind, finding in found.items()} == {"duplicate": "warning"}
    assert paths(found["duplicate"]) == [["train/cat/a", "train/cat/b"]]


def test_copy_in_another_split_is_a_leak(make_reading: MakeReading) -> None:
    found = check(make_reading, ("train/cat/a", 1), ("test/cat/a", 1))

    assert {kind: finding.severity for kind, finding in found.items()} == {"leak": "error"}


def test_copy_under_another_label_is_a_conflict(make_reading: MakeReading) -> None:
    found = check(make_reading, ("train/cat/a", 1), ("train/dog/a", 1))

    assert {kind: finding.severity for kind, finding in found.items()} == {"label-conflict": "error"}


def test_one_group_can_be_everything(make_reading: MakeReading) -> None:
    found = check(make_reading, ("train/cat/a", 1), ("train/cat/b", 1), ("test/dog/a", 1))

    assert set(found) == {"label-conflict", "leak", "duplicate"}
    assert all(len(finding.items[0].pictures) == 3 for finding in found.values())


def test_folder_without_splits_is_told_that_a_drawn_split_may_leak(make_reading: MakeReading) -> None:
    found = check(make_reading, ("all/cat/a", 1), ("all/cat/b", 1))

    assert "leak" in found["duplicate"].advice
