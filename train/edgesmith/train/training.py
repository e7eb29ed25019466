"""One training, from a plan to a RUN folder."""

import time
from pathlib import Path
from typing import Any

from edgesmith.runtime.imagefolder import SPLITS, SplitName
from edgesmith.runtime.runrecord import MODEL_FILE, DataRecord, RunRecord
from edgesmith.train.backend import make_repeatable
from edgesmith.train.callbacks import Journal
from edgesmith.train.data import DataSet, leaks, record_splits
from edgesmith.train.defaults import SettledPlan
from edgesmith.train.environment import describe_environment
from edgesmith.train.history import History
from edgesmith.train.images import ImageSet, fits_in_memory
from edgesmith.train.machine.place import Place, take_place
from edgesmith.train.machine.precision import save_as_float32
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.preparation import Preparation, prepare
from edgesmith.train.progress import Progress
from edgesmith.train.recipes.catalogue import RECIPES
from edgesmith.train.recipes.task import Task
from edgesmith.train.report.evaluation import report_on
from edgesmith.train.runfolder import run_folder
from edgesmith.train.start import load_classifier, require_unseen
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.network import build_body


def train(plan: TrainingPlan, *, progress: Progress | None = None) -> RunRecord:
    """Train and write `plan.output`, complete or to be gone on with; what `RUN/run.json` says is returned.

    Seeds Python, NumPy and TensorFlow for the whole process. `progress` tells a user; without it, silence.
    Raises `DataError` or `ImageError` for the data, `OutputError` for the RUN folder, `ModelFileError` for
    weights that do not fit, and `EdgesmithError` for a plan that contradicts itself.
    """
    progress = progress or Progress()
    return train_prepared(prepare(plan, progress=progress), progress=progress)


def train_prepared(preparation: Preparation, *, progress: Progress) -> RunRecord:
    """`train` from where `prepare` has come to. Raises as `train`."""
    with take_place(preparation.plan, say=progress.say) as place:
        return _train(place, preparation, progress)


def _train(place: Place, preparation: Preparation, progress: Progress) -> RunRecord:
    plan, labels, found = place.plan, preparation.labels, preparation.found
    make_repeatable(plan.seed)
    body = _build(plan, labels, progress)
    data = _record(found, progress)
    place.require_same_images(data.sha256)
    for earlier in (plan.start, plan.teacher):
        if earlier is not None:
            require_unseen(earlier, data)
    with run_folder(plan, data=data.sha256, say=place.say) as run, History(run) as history:
        task = Task(
            plan=plan,
            labels=labels,
            body=body,
            data=data,
            images=_image_sets(plan, found),
            journal=Journal(run=run, history=history, progress=progress),
        )
        trained = RECIPES[plan.recipe](task)
        save_as_float32(trained.model, run / MODEL_FILE)
        metrics = report_on(trained, task)
        record = RunRecord(
            labels=labels,
            input=plan.input,
            data=data,
            plan=plan.to_json(),
            metrics=metrics,
            environment=describe_environment(),
            seconds={**progress.seconds, "total": time.perf_counter() - preparation.begun},
        )
        record.save(run)
    return record


def _build(plan: SettledPlan, labels: tuple[str, ...], progress: Progress) -> Any:
    with progress.stage("network", total=1):
        if plan.start is not None:
            return load_classifier(plan.start)
        if plan.network.classifier is not None:
            body = plan.network.classifier(plan.input, len(labels))
        else:
            body = build_body(plan.network, plan.input, alpha=plan.alpha)
        if plan.weights == "imagenet" and plan.network.load_imagenet is not None:
            plan.network.load_imagenet(body, plan.alpha)
        elif isinstance(plan.weights, Path):
            unused = load_weights(body, plan.weights, bgr_layer=plan.network.bgr_layer)
            if unused:
                progress.say(f"layers of the weights file that are not used: {', '.join(unused)}")
    return body


def _record(found: DataSet, progress: Progress) -> DataRecord:
    splits = found.splits
    with progress.stage("hash", total=sum(len(split.files) for split in splits.values())) as advance:
        data = record_splits(found, advance=advance)
    counts = ", ".join(f"{len(splits[name].files)} {name}" for name in SPLITS)
    progress.say(f"images: {counts}; classes: {', '.join(splits['train'].labels)}")
    copies = leaks(data)
    if copies:
        progress.say(
            f"warning: {len(copies)} images are in more than one split, which flatters the result;"
            f" for example {' = '.join(copies[0])}"
        )
    return data


def _image_sets(plan: SettledPlan, found: DataSet) -> dict[SplitName, ImageSet]:
    keep = fits_in_memory(found.splits.values(), plan.input)
    return {name: ImageSet(found.splits[name], plan.input, keep=keep) for name in SPLITS}
