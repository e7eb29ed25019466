from pathlib import Path

import pytest
from PIL import Image

from edgesmith.runtime.errors import OptionError
from edgesmith.train.check.findings import Finding, Item, Kind, Picture
from edgesmith.train.check.sheet import MOST_GROUPS, draw_sheet, require_png


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        (tmp_path / name).mkdir()
        Image.new("RGB", (40, 40), colour).save(tmp_path / name / "a.png")
    return tmp_path


RED, BLUE = (Picture(path=f"{name}/a.png", split="all", label=name) for name in ("red", "blue"))


def finding(kind: Kind, *groups: tuple[Picture, ...]) -> Finding:
    items = tuple(Item(pictures=group, detail="4 of 256 bits") for group in groups)
    return Finding(kind=kind, severity="warning", what="", advice="", items=items)


def colours(file: Path) -> set[object]:
    with Image.open(file) as sheet:
        return {colour for _, colour in sheet.getcolors(maxcolors=2**24) or ()}


def test_pictures_of_a_group_are_on_the_sheet(root: Path) -> None:
    said = draw_sheet([finding("near-leak", (RED, BLUE))], root=root, file=root / "sheet.png")

    assert {(200, 0, 0), (0, 0, 200)} <= colours(root / "sheet.png")
    assert said == "1 of 1 group"


def test_group_with_two_findings_is_shown_once(root: Path) -> None:
    findings = [finding("near-label-conflict", (RED, BLUE)), finding("near-leak", (RED, BLUE))]

    assert draw_sheet(findings, root=root, file=root / "sheet.png") == "1 of 1 group"


def test_what_cannot_be_judged_by_eye_is_left_out(root: Path) -> None:
    assert draw_sheet([finding("below-input", (RED,))], root=root, file=root / "sheet.png") == "0 of 0 groups"
    assert (200, 0, 0) not in colours(root / "sheet.png")


def test_long_lists_end(root: Path) -> None:
    pictures = [Picture(path="red/a.png", split=str(number), label="red") for number in range(70)]

    said = draw_sheet([finding("flat", *((p,) for p in pictures))], root=root, file=root / "sheet.png")

    assert said == f"{MOST_GROUPS} of 70 groups"


def test_other_suffix_is_refused_at_once() -> None:
    with pytest.raises(OptionError, match=r"sheet\.jpg"):
        require_png(Path("sheet.jpg"))
    require_png(Path("sheet.PNG"))


def test_single_pictures_come_last(root: Path) -> None:
    findings = [finding("tiny", (RED,)), finding("near-duplicate", (BLUE, BLUE))]

    draw_sheet(findings, root=root, file=root / "sheet.png")

    with Image.open(root / "sheet.png") as sheet:
        assert sheet.getpixel((100, 100)) == (0, 0, 200)
