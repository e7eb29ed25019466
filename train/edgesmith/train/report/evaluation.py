"""What a trained network is worth, in numbers and pictures."""

from typing import Any

from edgesmith.runtime.accuracy import measure_accuracy
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.recipes.task import Task, Trained
from edgesmith.train.report.confusion import count_confusions, draw_confusion
from edgesmith.train.report.curves import draw_curves
from edgesmith.train.report.mistakes import draw_mistakes
from edgesmith.train.report.per_class import measure_classes, to_table

# What chose nothing and what may be reported: `val` decided on the epoch, `test` is looked at once, here.
_MEASURED: tuple[SplitName, ...] = ("val", "test")


def report_on(trained: Trained, task: Task) -> dict[str, Any]:
    """Write `curves.png`, and of the test images `confusion.png` and `mistakes.png`, the last if there are any.

    The metrics of val and test are returned, as `run.json` keeps them: accuracy, each class, confusions.
    """
    history, run = task.journal.history, task.journal.run
    draw_curves(history.epochs, history.best(trained.chosen_by), file=run / "curves.png")
    return {split: _judge(trained, task, split) for split in _MEASURED}


def _judge(trained: Trained, task: Task, split: SplitName) -> dict[str, Any]:
    scores, images = trained.score(split), task.images[split]
    counts = count_confusions(images.classes, scores)
    classes = measure_classes(images.classes, scores, task.labels)
    if split == "test":
        run = task.journal.run
        write_bytes(run / "confusion.png", draw_confusion(counts, task.labels))
        mistakes = draw_mistakes(images.files, images.classes, scores, task.labels)
        if mistakes is not None:
            write_bytes(run / "mistakes.png", mistakes)
        task.journal.progress.say(to_table(classes))
    return {
        **measure_accuracy(scores, images.classes.tolist()).to_json(),
        "classes": [one.to_json() for one in classes],
        "confusions": counts.tolist(),
    }
