"""The original model, asked the way its files are: raw pixels in, probabilities out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.parity import as_probabilities
from edgesmith.convert.sources import Source

_BATCH = 100  # images normalised to float32 at a time: 60 MB at 224×224


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """`logits`: whether the source's outputs still have to become probabilities."""

    source: Source
    normalisation: ExternalNormalisation
    logits: bool

    def scores(self, pixels: NDArray[np.uint8], *, classes: int) -> NDArray[np.float32]:
        """Probabilities [n, classes] for raw pixels uint8 [n, height, width, channels]."""
        rows = np.concatenate(
            [
                self.source.predict(self.normalisation.apply(pixels[start : start + _BATCH]))
                for start in range(0, len(pixels), _BATCH)
            ]
        )
        return as_probabilities(_from_logits(rows) if self.logits else rows, classes=classes)


def _from_logits(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax; a single logit is that of the second of two classes, through the sigmoid."""
    if rows.shape[1] == 1:
        sigmoid: NDArray[np.float32] = np.reciprocal(1 + np.exp(-rows), dtype=np.float32)
        return sigmoid
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    softmax: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return softmax
