"""The images a conversion uses, each for one purpose. Chosen and checked before slow work."""

import random
from collections.abc import Iterable, Sequence
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

COMPARED_IMAGES = 200
"""Each conversion compares its files on at least so many real images, where there are so many."""


FEW_IMAGES = 20
"""Agreement with float grew up to here: MobileNetV1 0.25, 5 images 91.4 %, 10 91.3, 20 92.1, 100 93.1 (research)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChoice:
    """Files only; `evaluation` has labels in model order once `relabelled`. None: not given.

    `spare`: images of the calibration folder that calibration does not use, at random; comparison takes them
    from the front, the guard, where it has none of its own, from the end.
    """

    calibration: tuple[Path, ...]
    spare: tuple[Path, ...]
    evaluation: LabelledImages | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedImages:
    """Raw pixels uint8 [n, height, width, channels] that every file is run on, and where they come from.

    `classes`: of the first images, the evaluation ones; what follows serves only to compare files.
    """

    pixels: NDArray[np.uint8]
    kind: str
    classes: tuple[int, ...] | None


def choose_images(plan: ConversionPlan, run: RunRecord | None) -> ImageChoice:
    """Draw the calibration images by seed, list the evaluation images, and refuse overlaps.

    Raises `DataError` when a precision has nothing to calibrate on, when an image serves both purposes, or
    when the RUN's images have changed.
    """
    calibration, spare = _calibration(plan, run)
    evaluation = _evaluation(plan, run)
    if evaluation is not None:
        refuse_overlap(calibration, "calibration", evaluation.files, "evaluation")
    return ImageChoice(calibration=calibration, spare=spare, evaluation=evaluation)


def compared_images(choice: ImageChoice, spec: InputSpec, *, judged: Sequence[Path]) -> ComparedImages:
    """Evaluation images where there are some, then others up to `COMPARED_IMAGES`; else the golden inputs.

    The others are images that nothing else uses, before those that calibration used; none of `judged`, which
    chose the rung.
    """
    evaluation = () if choice.evaluation is None else choice.evaluation.files
    used = set(judged)
    unused = [file for file in choice.spare if file not in used]
    files, kinds = list(evaluation), ["evaluation"] * bool(evaluation)
    for kind, others in (("held-out", unused), ("calibration", choice.calibration)):
        added = others[: max(0, COMPARED_IMAGES - len(files))]
        files += added
        kinds += [kind] * bool(added)
    if not files:
        return ComparedImages(pixels=golden_inputs(spec), kind="golden", classes=None)
    return ComparedImages(
        pixels=load_pixels(files, spec),
        kind=" and ".join(kinds),
        classes=None if choice.evaluation is None else choice.evaluation.classes,
    )


def calibration_warning(choice: ImageChoice) -> str | None:
    """What calibrating on few images costs, where they are few."""
    count = len(choice.calibration)
    if not 0 < count < FEW_IMAGES:
        return None
    return (
        f"calibrated on {count} images: what they do not show is cut off, and biases are corrected for them "
        f"alone; {FEW_IMAGES} to {CALIBRATION_IMAGES} are enough"
    )


def load_pixels(files: Sequence[Path], spec: InputSpec) -> NDArray[np.uint8]:
    """Raw pixels uint8 [n, height, width, channels]. Raises `ImageError` naming an unreadable file."""
    pixels = np.empty((len(files), *spec.shape[1:]), np.uint8)
    for index, file in enumerate(files):
        pixels[index] = load(file, spec)[0]
    return pixels


def refuse_overlap(files: Iterable[Path], purpose: str, others: Iterable[Path], other_purpose: str) -> None:
    """Raise `DataError` when one image, by content, is in both."""
    hashes = {sha256_of(file): file for file in others}
    for file in files:
        twin = hashes.get(sha256_of(file))
        if twin is not None:
            raise DataError(
                f"{str(file)!r} is for {purpose} and, as {str(twin)!r}, for {other_purpose}",
                tip=f"take the images for {purpose} from elsewhere; otherwise the measured accuracy flatters",
            )


def _calibration(plan: ConversionPlan, run: RunRecord | None) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    if plan.calibration is not None:
        files = list_images(plan.calibration)
    elif run is not None and plan.takes_calibration:
        files = list(run.images("train").files)
    elif not plan.needs_calibration:
        return (), ()
    else:
        raise DataError(
            "int8 needs images to find value ranges",
            tip="--calibration FOLDER of some 100 training images (labels are not needed), or --precision float32",
        )
    wanted = CALIBRATION_IMAGES if plan.takes_calibration else 0
    calibration = sorted(random.Random(plan.seed).sample(files, min(wanted, len(files))))
    others = sorted(set(files) - set(calibration))
    random.Random(plan.seed).shuffle(others)
    if plan.calibration is None and run is not None:
        _require_unchanged(run, calibration)
    return tuple(calibration), tuple(others)


def _require_unchanged(run: RunRecord, files: Sequence[Path]) -> None:
    root = Path(run.data.root)
    chosen = {file.relative_to(root).as_posix() for file in files}
    require_unchanged(root, tuple(record for record in run.data.train if record.path in chosen))


def _evaluation(plan: ConversionPlan, run: RunRecord | None) -> LabelledImages | None:
    if plan.evaluate is not None:
        return list_evaluation(plan.evaluate)
    if run is None:
        return None
    require_unchanged(Path(run.data.root), run.data.test)
    return run.images("test")
