"""What the answers of a classifier are worth beyond one percentage: by class, how sure, and against another file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.benchmarks.statistics import CONFIDENCE
from edgesmith.runtime.accuracy import paired_drop, wilson_interval

BINS = 15  # of C. Guo et al., "On Calibration of Modern Neural Networks", 2017


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One answer an image, in the order of the data: indices into the model's `labels`, probabilities 0..1."""

    labels: tuple[str, ...]
    truth: tuple[int, ...]
    predicted: tuple[int, ...]
    confidence: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raise `ValueError` for lists of different length, and for none."""
        lengths = {len(self.truth), len(self.predicted), len(self.confidence)}
        if len(lengths) != 1 or lengths == {0}:
            raise ValueError(f"truth, predicted and confidence have {sorted(lengths)} entries")
        if not set(self.truth) | set(self.predicted) <= set(range(len(self.labels))):
            raise ValueError(f"a class index outside 0..{len(self.labels) - 1}")

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Whether each image's best class is the right one: bool [images]."""
        hits: NDArray[np.bool_] = np.asarray(self.truth) == np.asarray(self.predicted)
        return hits


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAccuracy:
    """`recall`: the share of the class's `images` that were named rightly, with its 95 % Wilson interval.

    `precision`: the share of the images given this name that bear it rightly, None where it was never given.
    """

    label: str
    images: int
    recall: float
    interval: tuple[float, ...]
    precision: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """`calibration_error`: expected calibration error, 0..1. `classes`: those that the data have, in output order."""

    calibration_error: float
    classes: tuple[ClassAccuracy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two files on the same images.

    `agreement`: share 0..1 with the same best class. `only_first`, `only_second`: images that only one of them
    named rightly. `drop`: by how many points the second is worse, with its 95 % interval. `p_value`: of
    McNemar's exact test that both err equally often.
    """

    images: int
    agreement: float
    only_first: int
    only_second: int
    drop: float
    drop_interval: tuple[float, ...]
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether these images show that the two differ in accuracy."""
        return self.p_value < 1 - CONFIDENCE


def quality(evaluation: Evaluation) -> Quality:
    """What is derived from one file's answers."""
    confusion = confusion_matrix(evaluation)
    right, images, named = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return Quality(
        calibration_error=round(calibration_error(evaluation), 6),
        classes=tuple(
            ClassAccuracy(
                label=evaluation.labels[index],
                images=int(images[index]),
                recall=float(right[index] / images[index]),
                interval=wilson_interval(int(right[index]), int(images[index])),
                precision=float(right[index] / named[index]) if named[index] else None,
            )
            for index in np.flatnonzero(images)
        ),
    )


def confusion_matrix(evaluation: Evaluation) -> NDArray[np.int64]:
    """Counts [true class, predicted class] over the model's labels."""
    count = len(evaluation.labels)
    matrix = np.zeros((count, count), np.int64)
    np.add.at(matrix, (np.asarray(evaluation.truth), np.asarray(evaluation.predicted)), 1)
    return matrix


def calibration_error(evaluation: Evaluation) -> float:
    """Expected calibration error (Guo et al., 2017): how far confidence and accuracy are apart, 0..1.

    15 bins of equal width; the gaps are weighted by the number of images in each.
    """
    confidence = np.asarray(evaluation.confidence, np.float64)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    surplus = np.bincount(bins, weights=confidence - evaluation.hits, minlength=BINS)
    return float(np.abs(surplus).sum() / len(confidence))


def disagreement(first: Evaluation, second: Evaluation) -> Disagreement:
    """Compare two files on the same images. Raises `ValueError` when truth or labels differ."""
    if (first.labels, first.truth) != (second.labels, second.truth):
        raise ValueError("two evaluations of different images or labels")
    only_first = int((first.hits & ~second.hits).sum())
    only_second = int((second.hits & ~first.hits).sum())
    drop, interval = paired_drop(first.hits, second.hits)
    same = np.asarray(first.predicted) == np.asarray(second.predicted)
    return Disagreement(
        images=len(first.truth),
        agreement=float(same.mean()),
        only_first=only_first,
        only_second=only_second,
        drop=drop,
        drop_interval=interval,
        p_value=mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value (Q. McNemar, 1947): the images on which only one was right, as throws of a fair coin."""
    from scipy.special import bdtr

    throws = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), throws, 0.5))) if throws else 1.0
