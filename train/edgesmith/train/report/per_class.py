"""How well each class is found, as counts with intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.accuracy import wilson_interval
from edgesmith.train.report.confusion import count_confusions

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMeasures:
    """Shares 0..1 with their 95 % Wilson intervals; None where there is nothing to take a share of.

    `support`: images of the class. `answers`: images that were answered with it. `precision`: how many of the
    answers are right. `recall`: how many of the images were found. `f1`: their harmonic mean.
    """

    label: str
    support: int
    answers: int
    precision: float | None
    precision_interval: Interval | None
    recall: float | None
    recall_interval: Interval | None
    f1: float | None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `run.json`, as it is read back: intervals are lists."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


def measure_classes(
    classes: NDArray[np.int64], scores: NDArray[np.float32], labels: Sequence[str]
) -> tuple[ClassMeasures, ...]:
    """One record for each of the `labels` [k], from true `classes` [n] and `scores` [n, k].

    Raises `ValueError` for shapes that do not fit.
    """
    counts = count_confusions(classes, scores)
    hits, support, answers = (
        counts.diagonal().tolist(),
        counts.sum(axis=1).tolist(),
        counts.sum(axis=0).tolist(),
    )
    return tuple(
        _measure(label, *numbers) for label, *numbers in zip(labels, hits, support, answers, strict=True)
    )


def to_table(measures: Sequence[ClassMeasures]) -> str:
    """Lines of text, classes in their order, as wide as the longest label."""
    width = max(len("class"), *(len(one.label) for one in measures))
    lines = [f"{'class':<{width}}  images  precision        recall           F1"]
    for one in measures:
        lines.append(
            f"{one.label:<{width}}  {one.support:>6}  {_shown(one.precision, one.precision_interval)}"
            f"  {_shown(one.recall, one.recall_interval)}  {_percent(one.f1)}"
        )
    return "\n".join(lines)


def _measure(label: str, hits: int, support: int, answers: int) -> ClassMeasures:
    return ClassMeasures(
        label=label,
        support=support,
        answers=answers,
        precision=hits / answers if answers else None,
        precision_interval=wilson_interval(hits, answers) if answers else None,
        recall=hits / support if support else None,
        recall_interval=wilson_interval(hits, support) if support else None,
        f1=2 * hits / (support + answers) if support + answers else None,
    )


def _shown(share: float | None, interval: Interval | None) -> str:
    span = "" if interval is None else f"({100 * interval[0]:.0f}-{100 * interval[1]:.0f})"
    return f"{_percent(share)} {span:<8}"


def _percent(share: float | None) -> str:
    return f"{'-':>6}" if share is None else f"{100 * share:>5.1f}%"
