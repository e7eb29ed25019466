"""Tables beside that of the runs: int8 against float32, MLPerf's statistic, and accuracy by class."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.classification import ClassAccuracy, Evaluation, Quality, confusion_matrix
from edgesmith.benchmarks.report.charts.chart import Table
from edgesmith.benchmarks.report.wording import UNKNOWN, accuracy, milliseconds, name_of, p_value
from edgesmith.benchmarks.results import BenchResult, BenchRun

MAX_CLASSES = 25  # rows of a table of classes, and sides of a confusion matrix that can be read
_HEAT = 10  # shades of a confusion matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count of a confusion matrix. `shade`: 0..10 by the square root of its share of the row."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccuracy:
    """Accuracy of one file. `file`: its name, with the engine where there are several. `labels` and `confusion`, [true class][predicted class], are empty for many classes."""

    file: str
    score: str
    calibration: str
    classes: Table
    left_out: int
    labels: tuple[str, ...]
    confusion: tuple[tuple[Cell, ...], ...]
    confused: Table


def int8_table(result: BenchResult) -> Table | None:
    """Each int8 run beside its float32 run; None where there is no such pair with labels."""
    rows = []
    for pair in result.int8_accuracy:
        int8, test = result.runs[pair.int8], pair.test
        low, high = test.drop_interval
        rows.append(
            (
                name_of(int8, result.runs),
                str(int8.threads),
                f"{100 * test.agreement:.1f} %",
                str(test.only_first),
                str(test.only_second),
                f"{0 - test.drop:+.1f} ({-high:+.1f} to {-low:+.1f})",
                p_value(test.p_value),
                "differs" if test.significant else "no difference shown",
            )
        )
    headers = (
        "int8 file",
        "threads",
        "same answer",
        "only float32 right",
        "only int8 right",
        "top-1, points (95 % interval)",
        "McNemar",
        "these images show",
    )
    return Table(headers=headers, rows=tuple(rows)) if rows else None


def single_stream_table(result: BenchResult) -> Table | None:
    """MLPerf's SingleStream statistic; None for other scenarios."""
    rows = [
        (
            name_of(run, result.runs),
            str(run.threads),
            str(found.queries),
            milliseconds(found.p90),
            UNKNOWN if found.estimate is None else milliseconds(found.estimate),
            str(found.discarded),
        )
        for run in result.runs
        if (found := run.single_stream) is not None
    ]
    headers = ("file", "threads", "queries", "90th percentile ms", "estimate, 99 % sure, ms", "discarded")
    return Table(headers=headers, rows=tuple(rows)) if rows else None


def files(result: BenchResult) -> Iterator[FileAccuracy]:
    """Accuracy by class of each file on each engine, from its first run: threads do not change answers."""
    seen: set[tuple[str, str]] = set()
    for run in result.runs:
        if run.evaluation is not None and run.quality is not None and (run.file, run.engine) not in seen:
            seen.add((run.file, run.engine))
            yield _file(run, run.evaluation, run.quality, name=name_of(run, result.runs))


def _file(run: BenchRun, evaluation: Evaluation, quality: Quality, *, name: str) -> FileAccuracy:
    classes = quality.classes
    worst = sorted(classes, key=lambda one: one.recall)[:MAX_CLASSES]
    shown = classes if len(classes) <= MAX_CLASSES else tuple(worst)
    matrix = confusion_matrix(evaluation)
    small = len(evaluation.labels) <= MAX_CLASSES
    return FileAccuracy(
        file=name,
        score=accuracy(run.accuracy),
        calibration=f"{100 * quality.calibration_error:.1f} %",
        classes=Table(
            headers=("class", "images", "recall (95 % interval)", "precision"),
            rows=tuple(_class_row(one) for one in shown),
        ),
        left_out=len(classes) - len(shown),
        labels=evaluation.labels if small else (),
        confusion=tuple(_cells(row, index) for index, row in enumerate(matrix)) if small else (),
        confused=_confused(evaluation),
    )


def _class_row(one: ClassAccuracy) -> tuple[str, ...]:
    low, high = (100 * bound for bound in one.interval)
    return (
        one.label,
        str(one.images),
        f"{100 * one.recall:.1f} % ({low:.1f}–{high:.1f})",
        UNKNOWN if one.precision is None else f"{100 * one.precision:.1f} %",
    )


def _cells(row: "np.ndarray[tuple[int], np.dtype[np.int64]]", truth: int) -> tuple[Cell, ...]:
    # The square root keeps a single mistake visible.
    shades = np.ceil(_HEAT * np.sqrt(row / max(1, row.sum()))).astype(int)
    return tuple(
        Cell(count=int(count), shade=int(shade), right=index == truth)
        for index, (count, shade) in enumerate(zip(row, shades, strict=True))
    )


def _confused(evaluation: Evaluation, *, most: int = 8) -> Table:
    """The most frequent mistakes."""
    matrix = confusion_matrix(evaluation)
    np.fill_diagonal(matrix, 0)
    # A stable sort of the counts from high to low: equal ones in the order of the classes.
    places = np.argsort(-matrix, axis=None, kind="stable")[:most]
    found = [(*divmod(int(place), len(matrix)), int(matrix.flat[place])) for place in places]
    labels = evaluation.labels
    return Table(
        headers=("is", "taken for", "images"),
        rows=tuple((labels[truth], labels[taken], str(count)) for truth, taken, count in found if count),
        text_columns=2,
    )
