"""Pictures that look alike: all pairs whose perceptual hashes are within a distance, as groups."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from edgesmith.train.check.scan import HASH_BITS, HASHED_SIZE

# Of 256 bits. Chosen on cats_dogs, flowers5 and sign_digits, 8.6 million pairs: all 15 pairs within 36 are the
# same photo or one taken a moment later; the nearest pair of different scenes (two hands) is at 42.
NEAR_DISTANCE = 36
# Where a picture has fewer pixels than are hashed, its hash says less: of MNIST's 2.4 thousand million pairs 33
# groups are within 16, plain strokes for a 1 (docs/check.md).
NEAR_DISTANCE_SMALL = 16
SMALL = HASHED_SIZE

_BLOCK = 1024  # pictures whose hashes are multiplied at once: 4 MB of products


@dataclass(frozen=True, slots=True, kw_only=True)
class NearGroup:
    """Pictures that hang together: each is near to another one. `distances`: to the nearest of them."""

    members: tuple[int, ...]
    distances: tuple[int, ...]


def limits(short_sides: NDArray[np.int64], distance: int | None) -> NDArray[np.int64]:
    """The largest distance at which each picture still counts as near, [n]: `distance`, if one is given."""
    if distance is not None:
        return np.full(len(short_sides), distance)
    return np.where(short_sides < SMALL, NEAR_DISTANCE_SMALL, NEAR_DISTANCE)


def block_count(pictures: int) -> int:
    """How many steps `near_groups` takes."""
    blocks = -(-pictures // _BLOCK)
    return blocks * (blocks + 1) // 2


def near_groups(
    bits: NDArray[np.uint8],
    contents: NDArray[np.int64],
    within: NDArray[np.int64],
    *,
    advance: Callable[[int], None],
) -> list[NearGroup]:
    """Group the pictures with hashes `bits` (packed, uint8 [n, 32]) by single linkage.

    Two are near when their hashes differ in at most as many bits as `within` [n] allows for both; never those
    with equal `contents` [n], whose sameness is known. Every pair is compared, as products of ±1 vectors:
    256 minus twice the distance. Memory does not grow with the number of pairs found.
    """
    count = len(bits)
    group = np.arange(count)
    nearest = np.full(count, HASH_BITS + 1)
    for top in range(0, count, _BLOCK):
        rows = _signs(bits[top : top + _BLOCK])
        for left in range(top, count, _BLOCK):
            products = rows @ _signs(bits[left : left + _BLOCK]).T
            first, second = np.nonzero(products >= HASH_BITS - 2 * within.max())
            distances = ((HASH_BITS - products[first, second]) / 2).astype(np.int64)
            first, second = first + top, second + left
            near = distances <= np.minimum(within[first], within[second])
            near &= contents[first] != contents[second]  # nor with itself
            first, second, distances = first[near], second[near], distances[near]
            np.minimum.at(nearest, first, distances)
            np.minimum.at(nearest, second, distances)
            group = _joined(group, first, second)
            advance(1)
    return _groups(group, nearest)


def _signs(bits: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.unpackbits(bits, axis=1).astype(np.float32) * 2 - 1


def _joined(
    group: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The groups after the pairs (first, second) have joined theirs."""
    if len(first) == 0:
        return group
    edges = coo_array((np.ones(len(first), bool), (group[first], group[second])), (len(group), len(group)))
    components: NDArray[np.int64] = connected_components(edges, directed=False)[1]
    return components[group]


def _groups(group: NDArray[np.int64], nearest: NDArray[np.int64]) -> list[NearGroup]:
    near = np.flatnonzero(nearest <= HASH_BITS)
    order = near[np.argsort(group[near], kind="stable")]
    starts = np.flatnonzero(np.diff(group[order])) + 1
    parts = np.split(order, starts) if len(order) else []
    found = [NearGroup(members=tuple(p.tolist()), distances=tuple(nearest[p].tolist())) for p in parts]
    return sorted(found, key=lambda g: (min(g.distances), g.members))
