"""The guard judges on images that serve nothing else, wherever they have to come from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.guard.images import GuardImages, choose_guard_images
from edgesmith.convert.images import choose_images
from edgesmith.convert.plan import CALIBRATION_IMAGES, ConversionPlan
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.runrecord import RunRecord

LABELS = ("blue", "green", "red")
DROP, AGREEMENT = Goal(max_drop=1.0), Goal(min_agreement=98.0)


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[..., Path]:
    """DIR/<class>/*, each file with content of its own."""

    def make(name: str, *, each: int, classes: tuple[str, ...] = LABELS) -> Path:
        for label in classes:
            (tmp_path / name / label).mkdir(parents=True)
            for number in range(each):
                (tmp_path / name / label / f"{number}.png").write_bytes(f"{name}{label}{number}".encode())
        return tmp_path / name

    return make


@pytest.fixture
def plan(tmp_path: Path) -> ConversionPlan:
    return ConversionPlan(model=tmp_path / "m.keras", output=tmp_path / "deploy", goal=DROP)


def chosen(plan: ConversionPlan, run: RunRecord | None = None) -> GuardImages:
    choice = choose_images(plan, run)
    if choice.evaluation is not None:
        choice = replace(choice, evaluation=choice.evaluation.relabelled(LABELS))
    return choose_guard_images(plan, run, choice, LABELS)


def test_a_run_brings_its_validation_split(run_folder: Path, plan: ConversionPlan) -> None:
    found = chosen(plan, RunRecord.load(run_folder))
    assert found.kind == "validation"
    assert {file.parent.parent.name for file in found.files} == {"val"}
    assert found.classes == (0, 1, 2)


def test_the_named_folder_comes_first(
    folder_of: Callable[..., Path], run_folder: Path, plan: ConversionPlan
) -> None:
    found = chosen(replace(plan, guard=folder_of("mine", each=2)), RunRecord.load(run_folder))
    assert (found.kind, found.classes) == ("guard folder", (0, 0, 1, 1, 2, 2))


def test_agreement_needs_no_labels(folder_of: Callable[..., Path], plan: ConversionPlan) -> None:
    strangers = folder_of("mine", each=2, classes=("x", "y"))
    calibration = folder_of("calibration", each=4)
    found = chosen(replace(plan, goal=AGREEMENT, guard=strangers, calibration=calibration))
    assert (len(found.files), found.classes) == (4, None)


def test_what_calibration_left_has_the_classes_of_its_folders(
    folder_of: Callable[..., Path], plan: ConversionPlan
) -> None:
    calibration = folder_of("calibration", each=CALIBRATION_IMAGES // 2)
    found = chosen(replace(plan, calibration=calibration))
    assert (found.kind, len(found.files)) == ("held-out", 50)
    assert found.classes == tuple(LABELS.index(file.parent.name) for file in found.files)


def test_copies_of_calibration_images_do_not_judge(
    folder_of: Callable[..., Path], plan: ConversionPlan
) -> None:
    calibration = folder_of("calibration", each=CALIBRATION_IMAGES)
    for file in sorted((calibration / "blue").iterdir()):
        (calibration / "green" / file.name).write_bytes(file.read_bytes())
    planned = replace(plan, calibration=calibration)
    used = {file.read_bytes() for file in choose_images(planned, None).calibration}
    found = chosen(planned)
    assert found.files
    assert not used & {file.read_bytes() for file in found.files}


def test_evaluation_images_judge_only_where_there_is_nothing_else(
    folder_of: Callable[..., Path], plan: ConversionPlan
) -> None:
    calibration = folder_of("calibration", each=3)  # all of them are drawn
    found = chosen(replace(plan, calibration=calibration, evaluate=folder_of("test", each=2)))
    assert found.kind == "evaluation"
    assert found.warning is not None
    assert "flatters" in found.warning


def test_leftovers_of_unknown_classes_cannot_measure_a_drop(
    folder_of: Callable[..., Path], plan: ConversionPlan
) -> None:
    calibration = folder_of("calibration", each=CALIBRATION_IMAGES, classes=("x", "y"))
    planned = replace(plan, calibration=calibration, evaluate=folder_of("test", each=2))
    assert chosen(planned).kind == "evaluation"
    assert chosen(replace(planned, goal=AGREEMENT)).kind == "held-out"


def test_no_images_at_all_says_what_to_give(folder_of: Callable[..., Path], plan: ConversionPlan) -> None:
    with pytest.raises(DataError, match="no images to judge on") as refusal:
        chosen(replace(plan, calibration=folder_of("calibration", each=3)))
    assert "--guard DIR" in str(refusal.value.tip)


@pytest.mark.parametrize("other", ["calibration", "evaluation"])
def test_an_image_of_another_purpose_is_refused(
    other: str, folder_of: Callable[..., Path], plan: ConversionPlan
) -> None:
    guard = folder_of("guard", each=2)
    twin = folder_of("calibration", each=3), folder_of("test", each=3)
    (twin[other == "evaluation"] / "red" / "0.png").write_bytes((guard / "blue" / "1.png").read_bytes())
    with pytest.raises(DataError, match=f"is for the guard and, as .*, for {other}"):
        chosen(replace(plan, guard=guard, calibration=twin[0], evaluate=twin[1]))


def test_few_images_are_told(folder_of: Callable[..., Path], plan: ConversionPlan) -> None:
    few = chosen(replace(plan, guard=folder_of("mine", each=2), calibration=folder_of("calibration", each=3)))
    assert few.warning is not None
    assert "6 images only" in few.warning
    assert replace(few, files=few.files * 20).warning is None
