"""Models that leave the normalisation to whoever calls them: `--mean`, `--std`, `--scale`."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph.model import Graph, Operator
from edgesmith.runtime.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalNormalisation:
    """What happens to raw pixels before the model: `(raw - mean) / std`, in raw pixel units 0..255.

    One number for all channels, or one for each.
    """

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        for name, numbers in (("--mean", self.mean), ("--std", self.std)):
            if len(numbers) not in (1, 3):
                raise OptionError(
                    f"{name} {numbers}", tip="one number for all channels, or one for each of three"
                )
            if not np.isfinite(numbers).all():
                raise OptionError(
                    f"{name} {numbers}", tip="only finite numbers are pixel values: neither nan nor inf"
                )
        if 0.0 in self.std:
            raise OptionError(f"--std {self.std} divides by zero", tip="--std 1 divides by nothing")

    @property
    def is_identity(self) -> bool:
        """Whether raw pixels go in as they are."""
        return set(self.mean) == {0.0} and set(self.std) == {1.0}

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The model's own input for raw pixels [n, height, width, channels]."""
        values = pixels.astype(np.float32)
        if self.is_identity:
            return values
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        normalised: NDArray[np.float32] = np.divide(values - mean, std, dtype=np.float32)
        return normalised

    def in_front_of(self, graph: Graph) -> Graph:
        """The graph with the normalisation as its first operators, to be folded like any other."""
        if self.is_identity:
            return graph
        channels = graph.input_shape[3]
        for numbers in (self.mean, self.std):
            if len(numbers) not in (1, channels):
                raise OptionError(
                    f"{len(numbers)} numbers of --mean or --std for {channels} channels",
                    tip=f"one number, or {channels}",
                )
        raw = f"{graph.input}:raw"
        centred = f"{raw}:centred"
        constants: dict[str, NDArray[Any]] = {
            f"{raw}:mean": np.array(self.mean, np.float32),
            f"{raw}:scale": (1 / np.array(self.std)).astype(np.float32),
        }
        chain = (
            Operator(kind="SUB", inputs=(raw, f"{raw}:mean"), output=centred),
            Operator(kind="MUL", inputs=(centred, f"{raw}:scale"), output=graph.input),
        )
        return replace(graph.with_constants(constants), input=raw, operators=(*chain, *graph.operators))


RAW_PIXELS = ExternalNormalisation()
"""The model takes pixels 0..255 as they are."""
