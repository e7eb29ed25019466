"""How close a written file is to the model it came from, on the engine that will run it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.scores import probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """One file's output against `against`, over `images` images of the kind `images_from`.

    `max_abs_difference`: of probabilities. `top1_agreement`: share of images with the same best class.
    `identical_share`: share of images whose output bytes equal those of `identical_to`, the file of the
    same precision in the other format; None where there is no such file.
    """

    max_abs_difference: float
    top1_agreement: float
    identical_share: float | None
    identical_to: str | None
    images: int
    images_from: str
    against: str

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `convert.json`."""
        return asdict(self)


def file_outputs(file: Path, pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """Raw outputs [n, classes] of a model file for raw pixels uint8 [n, height, width, channels]."""
    engine = open_engine(file)
    rows = [engine.run(picture[None]) for picture in pixels]
    engine.close()
    return np.stack(rows)


def as_probabilities(rows: NDArray[Any], *, classes: int) -> NDArray[np.float32]:
    """Probabilities [n, classes] of raw output rows."""
    return np.stack([probabilities(row, classes=classes) for row in rows])


def compare(scores: NDArray[np.float32], source: NDArray[np.float32], *, images_from: str) -> Parity:
    """A file's probabilities [n, classes] against the source's."""
    return Parity(
        max_abs_difference=float(np.abs(scores - source).max()),
        top1_agreement=float((scores.argmax(1) == source.argmax(1)).mean()),
        identical_share=None,
        identical_to=None,
        images=len(scores),
        images_from=images_from,
        against="source",
    )


def identical_share(rows: NDArray[Any], others: NDArray[Any]) -> float:
    """Share of images whose raw outputs are equal to the bit."""
    return float((rows == others).all(axis=1).mean())
