"""The original model, asked the way its files are: raw pixels in, probabilities out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.parity import as_probabilities
from edgesmith.convert.sources import Source
from edgesmith.convert.tflite.run import flatbuffer_outputs

_BATCH = 100  # images normalised to float32 at a time: 60 MB at 224×224


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """`logits`: whether the source's outputs still have to become probabilities."""

    source: Source
    normalisation: ExternalNormalisation
    logits: bool

    def scores(self, pixels: NDArray[np.uint8], *, classes: int, asked: int) -> NDArray[np.float32]:
        """Probabilities [n, classes] for raw pixels uint8 [n, height, width, channels].

        The framework itself answers for the first `asked` images, its export to float TFLite, which is several
        times as fast, for the others: the two are compared before anything is built on it.
        """
        rows = [
            self.source.predict(self.normalisation.apply(pixels[start : min(start + _BATCH, asked)]))
            for start in range(0, asked, _BATCH)
        ]
        rows += [
            flatbuffer_outputs(
                self.source.flatbuffer, self.normalisation.apply(pixels[start : start + _BATCH])
            )
            for start in range(asked, len(pixels), _BATCH)
        ]
        outputs = np.concatenate(rows)
        return as_probabilities(_from_logits(outputs) if self.logits else outputs, classes=classes)


def _from_logits(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax; a single logit is that of the second of two classes, through the sigmoid."""
    if rows.shape[1] == 1:
        sigmoid: NDArray[np.float32] = np.reciprocal(1 + np.exp(-rows), dtype=np.float32)
        return sigmoid
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    softmax: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return softmax
