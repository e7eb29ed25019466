"""What the heat maps must know of a model, whatever it is: pixels in, probabilities out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.activations import LayerActivation
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec

Pixels = NDArray[np.uint8]
"""Raw pixels [n, height, width, channels] of the model's input size, 0..255."""


class Subject(Protocol):
    """A model under explanation."""

    @property
    def name(self) -> str:
        """For the title: the RUN folder's name or the file's stem."""

    @property
    def origin(self) -> str:
        """What runs it, with the version: `keras 3.15.1`, `ai-edge-litert 2.3.0`."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in output order."""

    @property
    def geometry(self) -> InputSpec:
        """How a picture becomes the input."""

    @property
    def resolution(self) -> float:
        """The smallest step between two scores."""

    def scores(self, pixels: Pixels) -> NDArray[np.float32]:
        """Probabilities [n, classes]."""

    def activations(self, pixels: Pixels) -> list[LayerActivation]:
        """What each convolution, pooling and activation layer gives for one picture [1, h, w, c], in order.

        Raises `UnsupportedModelError` where the engine shows no tensors but the last.
        """

    def feature_map(self, pixels: Pixels, layer: str | None) -> LayerActivation:
        """A layer's map for one picture; None: the last convolutional one. Raises as `activations` does."""


def class_index(labels: Sequence[str], name: str) -> int:
    """The index of a label. Raises `OptionError` naming the nearest and the known ones."""
    if name in labels:
        return labels.index(name)
    raise unknown("class", name, labels)


def unknown(what: str, name: str, known: Sequence[str]) -> OptionError:
    """The error for a name that does not exist, with those that come close to it."""
    from difflib import get_close_matches

    # Compared without case and path: "Cats" means "cats", "block_13_expnd" means "base/block_13_expand".
    last_part = {entry.rpartition("/")[2].lower(): entry for entry in reversed(known)}
    near = get_close_matches(name.rpartition("/")[2].lower(), last_part, n=5, cutoff=0.5)
    close = [last_part[entry] for entry in near]
    shown = close or list(known[:12])
    more = len(known) - len(shown)
    listed = ", ".join(shown) + (f" ({more} more)" if more else "")
    return OptionError(
        f"there is no {what} {name!r}", tip=f"{'close to it are' if close else 'known are'} {listed}"
    )
