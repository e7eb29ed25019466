"""The worst mistakes of a RUN on its own test split."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.images import load
from edgesmith.runtime.runrecord import RunRecord

WORST = 10
_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """`said` and `truth` are class indices; `score`: the probability of what was said."""

    file: Path
    truth: int
    said: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """`worst`: the most confident first. `wrong` of `images` test images were mistaken."""

    worst: tuple[Mistake, ...]
    wrong: int
    images: int


def find_mistakes(subject: KerasSubject, run: RunRecord) -> Mistakes:
    """Classify the test split. Raises `DataError` without one, `ImageError` when a file is gone."""
    test = run.images("test")
    if not test.files:
        raise DataError("the RUN has no test images", tip="train on data with a test split")
    found = []
    for start in range(0, len(test.files), _BATCH):
        files, classes = test.files[start : start + _BATCH], test.classes[start : start + _BATCH]
        scores = subject.scores(np.concatenate([load(file, subject.geometry) for file in files]))
        found += [
            Mistake(file=file, truth=truth, said=int(row.argmax()), score=float(row.max()))
            for file, truth, row in zip(files, classes, scores, strict=True)
            if row.argmax() != truth
        ]
    found.sort(key=lambda mistake: -mistake.score)
    return Mistakes(worst=tuple(found[:WORST]), wrong=len(found), images=len(test.files))
