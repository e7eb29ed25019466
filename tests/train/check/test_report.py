from pathlib import Path

from edgesmith.train.check.findings import Finding, Item, Picture
from edgesmith.train.check.listing import Listing
from edgesmith.train.check.report import Report


def report(*findings: Finding, labels: int = 2, splits: tuple[str, ...] = ("train", "test")) -> Report:
    names = tuple(f"class{index:02}" for index in range(labels))
    pictures = tuple(
        Picture(path=f"{split}/{label}/{n}.png", split=split, label=label)
        for split in splits
        for label in names
        for n in range(20)
    )
    listing = Listing(root=Path("/flowers"), splits=splits, labels=names, pictures=pictures)
    return Report(
        data="flowers", listing=listing, findings=findings, seconds={"reading": 1.0}, dimensions=None
    )


def leak(count: int) -> Finding:
    places = [Picture(path=f"{split}/x.png", split=split, label="x") for split in ("train", "test")]
    return Finding(
        kind="leak",
        severity="error",
        what="a leak",
        advice="mend it",
        items=(Item(pictures=tuple(places)),) * count,
    )


NOTE = Finding(kind="ignored", severity="note", what="a note", advice="-", items=())


def test_counts_come_first_then_what_they_prove() -> None:
    lines = report().to_text(examples=5).splitlines()

    assert [line.split() for line in lines[:4]] == [
        ["class", "train", "test", "total"],
        ["class00", "20", "20", "40"],
        ["class01", "20", "20", "40"],
        ["total", "40", "40", "80"],
    ]
    assert "40 test images can prove: 90 % right there mean 76.9% to 96.0%" in lines[5]
    assert lines[-1] == "flowers: 0 errors, 0 warnings, 0 notes"


def test_as_many_examples_as_asked_for_and_how_many_more() -> None:
    text = report(leak(7)).to_text(examples=2)

    assert text.count("train/x.png = test/x.png") == 2
    assert "… and 5 more" in text
    assert "> mend it" in text
    assert text.endswith("1 error, 0 warnings, 0 notes")


def test_look_alikes_are_written_with_a_tilde_and_their_distance() -> None:
    places = tuple(Picture(path=f"{name}.png", split="all", label="x") for name in "abcdef")
    item = Item(pictures=places, detail="2 to 8 of 256 bits", distances=(2,) * 6)
    finding = Finding(kind="near-leak", severity="warning", what="-", advice="-", items=(item,))

    assert "a.png ~ b.png ~ c.png ~ d.png ~ … 6 in all  (2 to 8 of 256 bits)" in report(finding).to_text(
        examples=1
    )


def test_thousand_classes_do_not_fill_the_screen() -> None:
    text = report(labels=60).to_text(examples=5)

    assert "class39" in text
    assert "class40" not in text
    assert "20 more classes" in text


def test_folder_without_splits_says_what_train_will_do() -> None:
    text = report(splits=("all",)).to_text(examples=5)

    assert "No splits" in text
    assert "4 test images can prove" in text


def test_json_is_complete() -> None:
    document = report(leak(7), NOTE).to_json()

    assert next(iter(document)) == "schema"
    assert document["schema"] == "edgesmith.check/1"
    assert document["images"] == 80
    assert document["counts"] == {s: {"class00": 20, "class01": 20} for s in ("train", "test")}
    assert document["summary"] == {"error": 1, "warning": 0, "note": 1}
    assert len(document["findings"][0]["items"]) == 7


def test_notes_alone_pass() -> None:
    assert report(NOTE).passes
    assert not report(NOTE, leak(1)).passes
