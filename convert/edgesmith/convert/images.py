"""The images a conversion uses: for calibration, for parity, for accuracy. Chosen and checked before slow work."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.plan import CALIBRATION_IMAGES, ConversionPlan
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.imagefolder import LabelledImages, list_evaluation, list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.runrecord import RunRecord, require_unchanged, sha256_of
from edgesmith.runtime.spec import InputSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChoice:
    """Files only; `evaluation` has labels in model order once `relabelled`. None: not given."""

    calibration: tuple[Path, ...]
    evaluation: LabelledImages | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityImages:
    """Raw pixels uint8 [n, height, width, channels] and where they come from."""

    pixels: NDArray[np.uint8]
    kind: str
    classes: tuple[int, ...] | None


def choose_images(plan: ConversionPlan, run: RunRecord | None) -> ImageChoice:
    """Draw the calibration images by seed, list the evaluation images, and refuse overlaps.

    Raises `DataError` when int8 has nothing to calibrate on, when an image serves both purposes, or when
    the RUN's images have changed.
    """
    calibration = _calibration(plan, run) if "int8" in plan.precisions else ()
    evaluation = _evaluation(plan, run)
    _refuse_overlap(calibration, evaluation)
    return ImageChoice(calibration=calibration, evaluation=evaluation)


def parity_images(choice: ImageChoice, spec: InputSpec) -> ParityImages:
    """Evaluation images where there are some, else calibration images, else the golden inputs."""
    if choice.evaluation is not None:
        return ParityImages(
            pixels=load_pixels(choice.evaluation.files, spec),
            kind="evaluation",
            classes=choice.evaluation.classes,
        )
    if choice.calibration:
        return ParityImages(pixels=load_pixels(choice.calibration, spec), kind="calibration", classes=None)
    return ParityImages(pixels=golden_inputs(spec), kind="golden", classes=None)


def load_pixels(files: tuple[Path, ...], spec: InputSpec) -> NDArray[np.uint8]:
    """Raw pixels uint8 [n, height, width, channels]. Raises `ImageError` naming an unreadable file."""
    pixels = np.empty((len(files), *spec.shape[1:]), np.uint8)
    for index, file in enumerate(files):
        pixels[index] = load(file, spec)[0]
    return pixels


def _calibration(plan: ConversionPlan, run: RunRecord | None) -> tuple[Path, ...]:
    if plan.calibration is not None:
        files = list_images(plan.calibration)
    elif run is not None:
        files = list(run.images("train").files)
    else:
        raise DataError(
            "int8 needs images to find value ranges",
            tip="--calibration FOLDER of some 100 training images (labels are not needed), or --precision float32",
        )
    drawn = sorted(random.Random(plan.seed).sample(files, min(CALIBRATION_IMAGES, len(files))))
    if plan.calibration is None and run is not None:
        root = Path(run.data.root)
        chosen = {file.relative_to(root).as_posix() for file in drawn}
        require_unchanged(root, tuple(record for record in run.data.train if record.path in chosen))
    return tuple(drawn)


def _evaluation(plan: ConversionPlan, run: RunRecord | None) -> LabelledImages | None:
    if plan.evaluate is not None:
        return list_evaluation(plan.evaluate)
    if run is None:
        return None
    require_unchanged(Path(run.data.root), run.data.test)
    return run.images("test")


def _refuse_overlap(calibration: tuple[Path, ...], evaluation: LabelledImages | None) -> None:
    if evaluation is None or not calibration:
        return
    hashes = {sha256_of(file): file for file in evaluation.files}
    for file in calibration:
        twin = hashes.get(sha256_of(file))
        if twin is not None:
            raise DataError(
                f"{str(file)!r} is for calibration and, as {str(twin)!r}, for evaluation",
                tip="calibrate on training images only; otherwise the measured accuracy flatters",
            )
