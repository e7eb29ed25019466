import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from edgesmith.runtime.errors import OptionError
from edgesmith.train.check.examine import CheckPlan, examine
from edgesmith.train.check.findings import Finding

Scene = Callable[..., Image.Image]
Folder = Callable[..., Path]
Found = Callable[..., dict[str, Finding]]


def shown(finding: Finding) -> list[list[str]]:
    return [[picture.path for picture in item.pictures] for item in finding.items]


def test_sound_data_set_has_no_finding(folder: Folder, found: Found) -> None:
    assert found(folder(train=25, val=3, test=50)) == {}


def test_everything_that_was_done_to_it_is_found(folder: Folder, found: Found, scene: Scene) -> None:
    data = folder(train=25, val=3, test=50)
    train, test = data / "train", data / "test"
    shutil.copy(train / "cat" / "000.png", train / "dog" / "wrong.png")
    shutil.copy(train / "cat" / "001.png", test / "cat" / "leak.png")
    shutil.copy(train / "cat" / "002.png", train / "cat" / "copy.png")
    with Image.open(train / "dog" / "003.png") as picture:
        picture.save(test / "dog" / "edited.jpg", quality=50)
    (train / "cat" / "004.png").write_bytes((train / "cat" / "004.png").read_bytes()[:300])
    scene(9001, size=(20, 60)).save(train / "dog" / "tiny.png")
    scene(9002, size=(500, 100)).save(train / "dog" / "strip.png")
    Image.new("RGB", (96, 96), "white").save(train / "dog" / "white.png")
    scene(9003).convert("L").save(train / "dog" / "grey.png")

    findings = found(data)

    assert {kind: shown(finding) for kind, finding in findings.items()} == {
        "label-conflict": [["train/cat/000.png", "train/dog/wrong.png"]],
        "leak": [["test/cat/leak.png", "train/cat/001.png"]],
        "unreadable": [["train/cat/004.png"]],
        "near-leak": [["test/dog/edited.jpg", "train/dog/003.png"]],
        "duplicate": [["train/cat/002.png", "train/cat/copy.png"]],
        "tiny": [["train/dog/tiny.png"]],
        "extreme-aspect": [["train/dog/strip.png"]],
        "flat": [["train/dog/white.png"]],
        "mixed-modes": [["train/dog/grey.png"]],
    }
    assert "truncated" in (findings["unreadable"].items[0].detail or "")


def test_one_class_without_a_readable_picture_is_no_exception(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.png").touch()

    report = examine(CheckPlan(data=tmp_path))

    assert {"unreadable", "one-class"} <= {finding.kind for finding in report.findings}
    assert not report.passes


@pytest.mark.parametrize("wrong", [{"image_size": 0}, {"near_distance": -1}, {"near_distance": 65}], ids=str)
def test_options_are_checked_before_anything_is_read(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(OptionError):
        examine(CheckPlan(data=tmp_path / "absent", **wrong))


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "within", "across"), [("flowers5", 8, 5), ("cats_dogs", 2, 0), ("sign_digits", 0, 0)]
)
def test_pairs_counted_by_eye_on_real_photos(shared_data: Path, name: str, within: int, across: int) -> None:
    findings = {finding.kind: finding for finding in examine(CheckPlan(data=shared_data / name)).findings}

    counts = [
        len(findings[kind].items) if kind in findings else 0 for kind in ("near-duplicate", "near-leak")
    ]
    assert counts == [within, across]
    assert "near-label-conflict" not in findings
