import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.train.check import near
from edgesmith.train.check.near import NearGroup, block_count, limits, near_groups


def hashes(count: int) -> NDArray[np.uint8]:
    """Random ones: any two differ in about 128 bits."""
    return np.random.default_rng(5).integers(0, 256, (count, 32)).astype(np.uint8)


def with_flipped(bits: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    flipped = np.unpackbits(bits)
    flipped[:count] ^= 1
    return np.packbits(flipped)


def grouped(
    bits: NDArray[np.uint8], *, contents: list[int] | None = None, within: NDArray[np.int64] | None = None
) -> list[NearGroup]:
    everything = np.arange(len(bits)) if contents is None else np.array(contents)
    allowed = np.full(len(bits), 36) if within is None else within
    return near_groups(bits, everything, allowed, advance=lambda _: None)


@pytest.mark.parametrize(("flipped", "found"), [(0, True), (36, True), (37, False)])
def test_distance_is_counted_in_bits_and_its_limit_belongs_to_it(flipped: int, found: bool) -> None:
    bits = hashes(4)
    bits[2] = with_flipped(bits[0], flipped)

    expected = [NearGroup(members=(0, 2), distances=(flipped, flipped))] if found else []
    assert grouped(bits) == expected


@pytest.mark.parametrize("block", [2, 3, 7, 64], ids=lambda size: f"blocks of {size}")
def test_groups_do_not_depend_on_the_blocks(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(near, "_BLOCK", block)
    bits = hashes(20)
    bits[19] = with_flipped(bits[0], 4)
    bits[11] = with_flipped(bits[19], 30)  # a chain: 11 is 26 or 34 bits from 0
    bits[13] = with_flipped(bits[7], 10)
    steps: list[int] = []

    groups = near_groups(bits, np.arange(20), np.full(20, 30), advance=steps.append)

    assert groups == [
        NearGroup(members=(0, 11, 19), distances=(4, 26, 4)),
        NearGroup(members=(7, 13), distances=(10, 10)),
    ]
    assert sum(steps) == block_count(20)


def test_equal_contents_are_no_pair_of_their_own() -> None:
    bits = hashes(3)
    bits[1] = bits[0]

    assert grouped(bits, contents=[5, 5, 6]) == []
    assert len(grouped(bits, contents=[5, 4, 6])) == 1


def test_stricter_limit_of_two_counts() -> None:
    bits = hashes(2)
    bits[1] = with_flipped(bits[0], 20)

    assert grouped(bits, within=np.array([36, 16])) == []
    assert len(grouped(bits, within=np.array([36, 20]))) == 1


def test_limits_are_tighter_for_small_pictures_unless_stated() -> None:
    sides = np.array([28, 63, 64, 500])

    assert limits(sides, None).tolist() == [16, 16, 36, 36]
    assert limits(sides, 8).tolist() == [8, 8, 8, 8]
