"""A float and an int8 file, layer by layer and heat map by heat map."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.masking import Occlusion, centre_of_mass, occlusion
from edgesmith.convert.explain.subject import Pixels
from edgesmith.convert.explain.tensors import TensorValue
from edgesmith.runtime.errors import UnsupportedModelError

# They change the storage, not the values: no layers of the network.
_CONVERSIONS = frozenset({"QUANTIZE", "DEQUANTIZE", "CAST"})

# A heat map counts as moved when its centre wanders by more than half a hidden square, which is one step of the
# occlusion, or when the two maps share less than half of their variance.
_SAME_CORRELATION = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Places of one layer in the first and the second file, and what showed that they belong together."""

    first: int
    second: int
    by: Literal["name", "order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """`unmatched`: places in each file of operators without a partner, conversions left out."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatShift:
    """Two files' occlusion maps of one picture and class, hidden with the same squares.

    `correlation`: Pearson's, -1..1; None where a map is the same everywhere. `distance`: between the centres of
    mass, as a share of the side; None where a map has no heat.
    """

    maps: tuple[Occlusion, Occlusion]
    correlation: float | None
    distance: float | None

    @property
    def moved(self) -> bool | None:
        """None where there is nothing to compare."""
        if self.correlation is None or self.distance is None:
            return None
        return self.distance > self.maps[0].patch / 2 or self.correlation < _SAME_CORRELATION


def match(first: Sequence[TensorValue], second: Sequence[TensorValue]) -> Matching:
    """Which operator of one file is which of the other.

    First by the tensor's name, which both files have from the same graph, where kind and shape agree too and
    the name is the only one of its kind. What remains is aligned by kind and shape, in order, and only between
    the neighbours that names have fixed.
    """
    ours, theirs = (
        [tensor for tensor in side if tensor.operator not in _CONVERSIONS] for side in (first, second)
    )
    pairs: list[Pair] = []
    for (left, left_there), (right, right_there) in pairwise(_anchors(ours, theirs)):
        pairs += _aligned(ours[left + 1 : right], theirs[left_there + 1 : right_there])
        if right < len(ours):
            pairs.append(Pair(first=ours[right].place, second=theirs[right_there].place, by="name"))
    return Matching(
        pairs=tuple(pairs),
        unmatched=(
            _without_partner(ours, {pair.first for pair in pairs}),
            _without_partner(theirs, {pair.second for pair in pairs}),
        ),
    )


def signal_to_noise(
    signal: Sequence[NDArray[np.float32]], other: Sequence[NDArray[np.float32]]
) -> float | None:
    """10·log10(Σ signal² / Σ (signal - other)²) over all pictures, in dB; None for equal values.

    20 dB: the error is a tenth of the signal; 8 ideal bits over the full range reach about 40 to 50 dB.
    """
    pairs = list(zip(signal, other, strict=True))
    power = sum(float((a.astype(np.float64) ** 2).sum()) for a, _ in pairs)
    noise = sum(float(((a.astype(np.float64) - b) ** 2).sum()) for a, b in pairs)
    if noise == 0:
        return None
    return float(10 * np.log10(max(power, 1e-300) / noise))


def heat_shift(first: DeployedSubject, second: DeployedSubject, pixels: Pixels, index: int) -> HeatShift:
    """Occlusion maps of both files for one class, with the larger of the squares that each would need."""
    # The finer file could see more than the coarser one; both are read as coarsely.
    resolution = max(first.resolution, second.resolution)
    sides = (first, second)
    maps = [occlusion(side.scores, pixels, (index,), resolution=resolution)[0] for side in sides]
    patch = max(found.patch for found in maps)
    one, two = (
        found
        if found.patch == patch
        else occlusion(side.scores, pixels, (index,), resolution=resolution, patch=patch)[0]
        for side, found in zip(sides, maps, strict=True)
    )
    centres = centre_of_mass(one.drop), centre_of_mass(two.drop)
    return HeatShift(
        maps=(one, two),
        correlation=_correlation(one.drop, two.drop),
        distance=None
        if centres[0] is None or centres[1] is None
        else float(np.hypot(centres[0][0] - centres[1][0], centres[0][1] - centres[1][1])),
    )


def require_twins(first: DeployedSubject, second: DeployedSubject) -> None:
    """Raise `UnsupportedModelError` unless both files take the same pictures and know the same classes."""
    for what in ("labels", "geometry"):
        ours, theirs = getattr(first, what), getattr(second, what)
        if ours != theirs:
            raise UnsupportedModelError(
                f"{first.path.name} and {second.path.name} differ in {what}: {ours} and {theirs}",
                tip="compare two precisions of the same DEPLOY folder",
            )


def _correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float | None:
    if one.std() == 0 or two.std() == 0:
        return None
    return float(np.corrcoef(one.reshape(-1), two.reshape(-1))[0, 1])


def _key(tensor: TensorValue) -> tuple[str, str, tuple[int, ...]]:
    return tensor.name, tensor.operator, tensor.values.shape


def _anchors(ours: Sequence[TensorValue], theirs: Sequence[TensorValue]) -> list[tuple[int, int]]:
    """Positions of equal, unique keys that come in the same order in both, between both starts and both ends."""
    keys, there = [_key(tensor) for tensor in ours], [_key(tensor) for tensor in theirs]
    anchors = [(-1, -1)]
    for position, key in enumerate(keys):
        if keys.count(key) == there.count(key) == 1 and there.index(key) > anchors[-1][1]:
            anchors.append((position, there.index(key)))
    return [*anchors, (len(ours), len(theirs))]


def _aligned(ours: Sequence[TensorValue], theirs: Sequence[TensorValue]) -> list[Pair]:
    """Pairs of equal kind and shape, in order."""
    matcher = SequenceMatcher(
        None, [_key(tensor)[1:] for tensor in ours], [_key(tensor)[1:] for tensor in theirs], autojunk=False
    )
    return [
        Pair(first=ours[block.a + step].place, second=theirs[block.b + step].place, by="order")
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]


def _without_partner(tensors: Sequence[TensorValue], paired: set[int]) -> tuple[int, ...]:
    return tuple(tensor.place for tensor in tensors if tensor.place not in paired)
