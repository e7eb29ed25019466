"""`--from RUN` and `--teacher RUN`: a training that starts from a finished one, or learns from it."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import DataError, ModelFileError, OptionError
from edgesmith.runtime.runrecord import MODEL_FILE, DataRecord, RunRecord
from edgesmith.train.plan import TrainingPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`run`: the folder as the user named it. `record`: its `run.json`."""

    run: Path
    record: RunRecord

    @property
    def model_file(self) -> Path:
        """The trained network."""
        return self.run / MODEL_FILE


def find_start(plan: TrainingPlan) -> Start | None:
    """The RUN that `plan` starts from, None for a training of its own.

    Raises `OptionError` where `--from`, the recipe and the other options contradict each other, and
    `ModelFileError` for what is no RUN.
    """
    if plan.start_from is None:
        if plan.recipe == "quantize-aware":
            raise OptionError(
                "the recipe 'quantize-aware' trains a finished RUN on, and none is named",
                tip="--from RUN, with a RUN of another recipe",
            )
        return None
    run = plan.start_from
    if plan.recipe != "quantize-aware":
        raise OptionError(
            f"--from {str(run)!r} needs --recipe quantize-aware; {plan.recipe or 'no recipe'} was given",
            tip="--from RUN/run.json repeats that training; other recipes start from --weights RUN/model.keras",
        )
    _require_left_open(plan)
    return _find_run(run, "--from")


def find_teacher(plan: TrainingPlan) -> Start | None:
    """The RUN whose answers the recipe `distill` teaches, None for another recipe.

    Raises `OptionError` where none is named, and `ModelFileError` for what is no RUN.
    """
    if plan.recipe != "distill":
        return None
    if plan.teacher is None:
        raise OptionError(
            "the recipe 'distill' learns from a finished RUN, and none is named", tip="--teacher RUN"
        )
    return _find_run(plan.teacher, "--teacher")


def _find_run(run: Path, option: str) -> Start:
    if not run.is_dir():
        raise ModelFileError(
            f"{str(run)!r} is no RUN folder", tip=f"{option} takes what `edgesmith train` wrote"
        )
    start = Start(run=run, record=RunRecord.load(run))
    if not start.model_file.is_file():
        raise ModelFileError(f"{str(run)!r} holds no {MODEL_FILE}", tip="`edgesmith train` writes it")
    return start


def load_classifier(start: Start) -> Any:
    """The RUN's Keras model: raw pixels in, probabilities out. Raises `ModelFileError` when it is damaged."""
    from edgesmith.train.backend import keras

    try:
        return keras.saving.load_model(start.model_file, compile=False)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{str(start.model_file)!r} cannot be read as a Keras model: {error}",
            tip="copy the RUN again, or train it again: edgesmith train --from RUN/run.json -o NEW",
        ) from error


def require_same_classes(start: Start, labels: tuple[str, ...]) -> None:
    """Raise `DataError` unless the data has the classes that the RUN's outputs stand for."""
    if labels != start.record.labels:
        raise DataError(
            f"the data has the classes {list(labels)}, and {str(start.run)!r} was trained on"
            f" {list(start.record.labels)}",
            tip="give the data of that RUN, or more of its kind",
        )


def require_unseen(start: Start, data: DataRecord) -> None:
    """Raise `DataError` when an image that chooses or judges here has trained the RUN: it would flatter both.

    Copies that the RUN itself had in more than one split are let pass; its training warned of them.
    """
    before = start.record.data
    trained = {image.sha256 for image in before.train}
    trained -= {image.sha256 for image in (*before.val, *before.test)}
    seen = [image.path for image in (*data.val, *data.test) if image.sha256 in trained]
    if seen:
        raise DataError(
            f"{len(seen)} images of val and test were training images of {str(start.run)!r}, {seen[0]!r} for one",
            tip=f"--seed {start.record.plan['seed']} splits as that RUN did",
        )


def _require_left_open(plan: TrainingPlan) -> None:
    stated = {
        "--model": plan.model,
        "--image-size": plan.image_size,
        "--alpha": plan.alpha,
        "--weights": plan.weights,
        "--channels": plan.channels,
        "--head": plan.head,
    }
    for option, value in stated.items():
        if value is not None:
            raise OptionError(
                f"{option} {value} beside --from {str(plan.start_from)!r}, which decides on it",
                tip=f"leave out {option}",
            )
