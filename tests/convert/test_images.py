"""Which images serve what, chosen without decoding one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.convert.images import (
    COMPARED_IMAGES,
    ImageChoice,
    calibration_warning,
    choose_images,
    compared_images,
    load_pixels,
)
from edgesmith.convert.plan import CALIBRATION_IMAGES, ConversionPlan
from edgesmith.runtime.errors import DataError, ImageError
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.imagefolder import LabelledImages
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import InputSpec

SPEC = InputSpec(height=4, width=4, channels=3)


@pytest.fixture
def plan(tmp_path: Path) -> ConversionPlan:
    return ConversionPlan(model=tmp_path / "m.keras", output=tmp_path / "deploy")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(CALIBRATION_IMAGES + 50):
        (folder / f"{number:03}.png").write_bytes(str(number).encode())
    return folder


def test_run_gives_training_images_for_calibration_and_test_images_for_evaluation(
    run_folder: Path, plan: ConversionPlan
) -> None:
    choice = choose_images(plan, RunRecord.load(run_folder))
    assert choice.evaluation is not None
    assert {file.parent.parent.name for file in choice.calibration} == {"train"}
    assert {file.parent.parent.name for file in choice.evaluation.files} == {"test"}
    assert not set(choice.calibration) & set(choice.evaluation.files)
    assert (len(choice.calibration), len(choice.evaluation.files)) == (24, 12)


def test_float32_alone_takes_no_calibration_images(run_folder: Path, plan: ConversionPlan) -> None:
    choice = choose_images(replace(plan, precisions=("float32",)), RunRecord.load(run_folder))
    assert choice.calibration == ()


def test_hundred_are_drawn_by_seed(plan: ConversionPlan, many: Path) -> None:
    def drawn(seed: int) -> tuple[Path, ...]:
        return choose_images(replace(plan, calibration=many, seed=seed), None).calibration

    assert len(set(drawn(0))) == CALIBRATION_IMAGES
    assert drawn(0) == drawn(0)
    assert set(drawn(0)) != set(drawn(1))


def test_the_same_photo_under_another_name_is_found(plan: ConversionPlan, tmp_path: Path) -> None:
    for number, name in enumerate(("train/one", "train/two", "test/a/three", "test/b/four")):
        file = tmp_path / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"the same" if name in ("train/two", "test/b/four") else bytes([number]))
    both = replace(plan, calibration=tmp_path / "train", evaluate=tmp_path / "test")
    with pytest.raises(DataError, match=r"two\.png' is for calibration and, as .*four\.png', for evaluation"):
        choose_images(both, None)


def test_int8_without_images_says_what_to_give(plan: ConversionPlan) -> None:
    with pytest.raises(DataError) as refusal:
        choose_images(plan, None)
    assert "--calibration FOLDER" in str(refusal.value.tip)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str, int], Path]:
    def make(name: str, level: int) -> Path:
        Image.new("RGB", (4, 4), (level, level, level)).save(tmp_path / name)
        return tmp_path / name

    return make


def test_compared_are_evaluation_images_then_spare_then_calibration_then_golden(
    picture: Callable[[str, int], Path],
) -> None:
    evaluation = LabelledImages(labels=("a", "b"), files=(picture("e.png", 7),), classes=(1,))
    full = ImageChoice(
        calibration=(picture("c.png", 9),), spare=(picture("s.png", 8),), evaluation=evaluation
    )
    first, second, third = (
        compared_images(choice, SPEC, judged=())
        for choice in (
            full,
            replace(full, evaluation=None),
            ImageChoice(calibration=(), spare=(), evaluation=None),
        )
    )
    assert (first.kind, first.classes) == ("evaluation and held-out and calibration", (1,))
    assert first.pixels.max((1, 2, 3)).tolist() == [7, 8, 9]
    assert (second.kind, second.classes) == ("held-out and calibration", None)
    assert second.pixels.max((1, 2, 3)).tolist() == [8, 9]
    assert (third.kind, third.classes) == ("golden", None)
    assert np.array_equal(third.pixels, golden_inputs(SPEC))


@pytest.mark.parametrize(("evaluated", "compared"), [(1, COMPARED_IMAGES), (COMPARED_IMAGES + 1,) * 2])
def test_compared_are_filled_up_to_two_hundred(
    evaluated: int, compared: int, picture: Callable[[str, int], Path]
) -> None:
    one = picture("one.png", 3)
    labelled = LabelledImages(labels=("a", "b"), files=(one,) * evaluated, classes=(0,) * evaluated)
    choice = ImageChoice(calibration=(one,), spare=(one,) * 300, evaluation=labelled)
    assert len(compared_images(choice, SPEC, judged=()).pixels) == compared


def test_images_that_judged_are_not_compared(picture: Callable[[str, int], Path]) -> None:
    spare = (picture("a.png", 1), picture("b.png", 2), picture("c.png", 3))
    choice = ImageChoice(calibration=(), spare=spare, evaluation=None)
    compared = compared_images(choice, SPEC, judged=spare[1:])
    assert compared.pixels.max((1, 2, 3)).tolist() == [1]


def test_dynamic_uses_images_where_there_are_some(run_folder: Path, plan: ConversionPlan, many: Path) -> None:
    dynamic = replace(plan, precisions=("dynamic",))
    assert choose_images(dynamic, None).calibration == ()
    assert len(choose_images(replace(dynamic, calibration=many), None).calibration) == CALIBRATION_IMAGES
    assert len(choose_images(dynamic, RunRecord.load(run_folder)).calibration) == 24


def test_spare_images_are_those_that_calibration_left(plan: ConversionPlan, many: Path) -> None:
    choice = choose_images(replace(plan, calibration=many), None)
    assert len(choice.spare) == 50
    assert not set(choice.spare) & set(choice.calibration)


@pytest.mark.parametrize(("count", "warned"), [(3, True), (19, True), (20, False), (0, False)])
def test_few_calibration_images_are_told(count: int, warned: bool) -> None:
    choice = ImageChoice(calibration=(Path("x.png"),) * count, spare=(), evaluation=None)
    warning = calibration_warning(choice)
    assert (warning is not None) == warned
    assert warning is None or f"calibrated on {count} images" in warning


def test_unreadable_image_is_named(picture: Callable[[str, int], Path], tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    with pytest.raises(ImageError, match=r"broken\.png"):
        load_pixels((picture("good.png", 1), tmp_path / "broken.png"), SPEC)
