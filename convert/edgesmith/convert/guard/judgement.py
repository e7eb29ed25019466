"""How far one int8 file is from the float graph, on images used for nothing else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.guard.goal import Goal
from edgesmith.runtime.accuracy import paired_drop, wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`agreement`: share 0..1 of images with float's best class, and its 95 % Wilson interval. `drop`: points
    of top-1 that it is below float, negative when above, and its paired 95 % interval; None without labels.
    `divergence`: mean Kullback-Leibler divergence from float's probabilities, in nats; the least noisy of
    them.
    """

    images: int
    agreement: float
    agreement_interval: tuple[float, float]
    drop: float | None
    drop_interval: tuple[float, float] | None
    divergence: float

    def meets(self, goal: Goal) -> bool:
        """Whether the measured value itself is within the goal; the interval says how sure that is."""
        if goal.max_drop is not None:
            return self.drop is not None and self.drop <= goal.max_drop + _EPSILON
        return goal.min_agreement is not None and 100 * self.agreement >= goal.min_agreement - _EPSILON

    def to_json(self) -> dict[str, Any]:
        """Part of an entry of `guard.ladder`."""
        return asdict(self)


_EPSILON = 1e-9  # points: 100 * 0.985 is not quite 98.5


def judge(
    scores: NDArray[np.float32], reference: NDArray[np.float32], classes: Sequence[int] | None
) -> Judgement:
    """Probabilities [n, classes] of a file against those of the float graph; `classes`: the true ones."""
    best, wanted = scores.argmax(1), reference.argmax(1)
    same = int((best == wanted).sum())
    drop, interval = None, None
    if classes is not None:
        truth = np.asarray(classes)
        drop, interval = paired_drop(wanted == truth, best == truth)
    return Judgement(
        images=len(scores),
        agreement=same / len(scores),
        agreement_interval=wilson_interval(same, len(scores)),
        drop=drop,
        drop_interval=interval,
        divergence=_divergence(reference, scores),
    )


def _divergence(reference: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    # Codes of probabilities end at 1/256: below half a step nothing can be told from 0.
    floor = 1 / 512
    wanted, found = (np.maximum(values.astype(np.float64), floor) for values in (reference, scores))
    wanted, found = (values / values.sum(1, keepdims=True) for values in (wanted, found))
    return float((wanted * np.log(wanted / found)).sum(1).mean())
