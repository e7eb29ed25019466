"""Accuracy as counts with an interval, so that no percentage travels without its evidence."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """`top1` and `top5` as shares 0..1 of `images`; `interval`: 95 % Wilson interval of `top1`."""

    top1: float
    top5: float
    images: int
    interval: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `convert.json` and `bench.json`."""
        return {**asdict(self), "interval": list(self.interval)}


def measure_accuracy(scores: NDArray[np.generic], classes: Sequence[int]) -> Accuracy:
    """Accuracy of `scores` [images, classes], any real dtype, against the true class indices.

    Equal scores rank by index, lowest first, as `Scores.top` does. Raises `ValueError` without images.
    """
    truth = np.asarray(classes)
    if scores.ndim != 2 or len(truth) != len(scores) or len(truth) == 0:
        raise ValueError(f"scores of shape {scores.shape} against {len(truth)} classes")
    # Negating in float64 ranks uint8 scores rightly; a stable sort keeps the lowest index first.
    ranking = np.argsort(-scores.astype(np.float64), axis=1, kind="stable")
    hits1 = int((ranking[:, 0] == truth).sum())
    hits5 = int((ranking[:, :5] == truth[:, None]).any(axis=1).sum())
    images = len(truth)
    return Accuracy(
        top1=hits1 / images, top5=hits5 / images, images=images, interval=wilson_interval(hits1, images)
    )


def wilson_interval(hits: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (E. B. Wilson, 1927), which stays inside 0..1 even at 0 or all hits."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def paired_drop(
    before: NDArray[np.bool_], after: NDArray[np.bool_], *, confidence: float = 0.95
) -> tuple[float, tuple[float, float]]:
    """By how many points hits became fewer, and the interval of that, for hits [images] on the same images.

    Only images on which the two differ carry information; half of one is added to each side, as A. Agresti
    and Y. Min propose ("Simple improved confidence intervals for comparing matched proportions", 2005),
    which keeps the interval open when nothing differed. Raises `ValueError` for unequal or no images.
    """
    if before.shape != after.shape or before.ndim != 1 or len(before) == 0:
        raise ValueError(f"hits of shape {before.shape} against {after.shape}")
    images = len(before)
    lost, won = int((before & ~after).sum()), int((after & ~before).sum())
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    adjusted = images + 2
    centre = (lost - won) / adjusted
    spread = z * math.sqrt((lost + won + 1) / adjusted**2 - centre**2 / adjusted)
    return 100 * (lost - won) / images, (100 * (centre - spread), 100 * (centre + spread))
