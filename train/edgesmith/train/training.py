"""One training, from a plan to a RUN folder."""

import time
from pathlib import Path
from typing import Any

from edgesmith.runtime.accuracy import measure_accuracy
from edgesmith.runtime.atomic import staged_folder
from edgesmith.runtime.imagefolder import SPLITS, SplitName
from edgesmith.runtime.runrecord import MODEL_FILE, DataRecord, RunRecord
from edgesmith.train.backend import make_repeatable
from edgesmith.train.curves import draw_curves
from edgesmith.train.data import Splits, find_splits, leaks, record_splits
from edgesmith.train.defaults import SettledPlan, settle
from edgesmith.train.environment import describe_environment
from edgesmith.train.fitting import Journal
from edgesmith.train.history import History
from edgesmith.train.pipeline import ImageSet, fits_in_memory, read_images
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.progress import Progress
from edgesmith.train.recipes.catalogue import RECIPES
from edgesmith.train.recipes.task import Task, Trained
from edgesmith.train.start import load_classifier, require_same_classes, require_unseen
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.network import build_body

# What chose nothing and what may be reported: `val` decided on the epoch, `test` is looked at once, here.
_MEASURED: tuple[SplitName, ...] = ("val", "test")


def train(plan: TrainingPlan, *, progress: Progress | None = None) -> RunRecord:
    """Train and write `plan.output`, complete or not at all; what `RUN/run.json` says is returned.

    Seeds Python, NumPy and TensorFlow for the whole process. `progress` tells a user; without it, silence.
    Raises `DataError` or `ImageError` for the data, `OutputError` for the RUN folder, `ModelFileError` for
    weights that do not fit, and `EdgesmithError` for a plan that contradicts itself.
    """
    start = time.perf_counter()
    progress = progress or Progress()
    settled = settle(plan)
    splits = find_splits(settled.data, seed=settled.seed)
    if settled.start is not None:
        require_same_classes(settled.start, splits["train"].labels)
    make_repeatable(settled.seed)
    body = _build(settled, progress)
    with staged_folder(settled.output) as run:
        data = _record(settled, splits, progress)
        if settled.start is not None:
            require_unseen(settled.start, data)
        images = _read(settled, splits, progress)
        with History(run) as history:
            task = Task(
                plan=settled,
                labels=splits["train"].labels,
                body=body,
                images=images,
                journal=Journal(run=run, history=history, progress=progress),
            )
            trained = RECIPES[settled.recipe](task)
            trained.model.save(run / MODEL_FILE)
            draw_curves(history.epochs, history.best(trained.chosen_by), file=run / "curves.png")
            metrics = _measure(trained, images)
        record = RunRecord(
            labels=task.labels,
            input=settled.input,
            data=data,
            plan=settled.to_json(),
            metrics=metrics,
            environment=describe_environment(),
            seconds={**progress.seconds, "total": time.perf_counter() - start},
        )
        record.save(run)
    return record


def _build(plan: SettledPlan, progress: Progress) -> Any:
    with progress.stage("network", total=1):
        if plan.start is not None:
            return load_classifier(plan.start)
        body = build_body(plan.network, plan.input, alpha=plan.alpha)
        if plan.weights == "imagenet" and plan.network.load_imagenet is not None:
            plan.network.load_imagenet(body, plan.alpha)
        elif isinstance(plan.weights, Path):
            unused = load_weights(body, plan.weights)
            if unused:
                progress.say(f"layers of the weights file that are not used: {', '.join(unused)}")
    return body


def _record(plan: SettledPlan, splits: Splits, progress: Progress) -> DataRecord:
    with progress.stage("hash", total=1):
        data = record_splits(plan.data, splits)
    counts = ", ".join(f"{len(splits[name].files)} {name}" for name in SPLITS)
    progress.say(f"images: {counts}; classes: {', '.join(splits['train'].labels)}")
    copies = leaks(data)
    if copies:
        progress.say(
            f"warning: {len(copies)} images are in more than one split, which flatters the result;"
            f" for example {' = '.join(copies[0])}"
        )
    return data


def _read(plan: SettledPlan, splits: Splits, progress: Progress) -> dict[SplitName, ImageSet]:
    keep = fits_in_memory(splits.values(), plan.input)
    with progress.stage("read", total=sum(len(split.files) for split in splits.values())) as advance:
        return {name: read_images(splits[name], plan.input, keep=keep, advance=advance) for name in SPLITS}


def _measure(trained: Trained, images: dict[SplitName, ImageSet]) -> dict[str, Any]:
    return {
        name: measure_accuracy(trained.score(name), images[name].classes.tolist()).to_json()
        for name in _MEASURED
    }
