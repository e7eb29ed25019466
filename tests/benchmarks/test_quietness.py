import pytest

from edgesmith.benchmarks.quietness import passes, quietness, spread_of_blocks
from edgesmith.benchmarks.results import Block
from edgesmith.runtime.machine.state import State

IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=None)


def block(process: int, *times: float) -> Block:
    return Block(process=process, run=0, samples=1, begin_s=0.0, reference_ms=times, state=IDLE)


def test_a_pass_is_the_median_of_its_blocks_medians() -> None:
    blocks = [block(0, 1.0, 2.0, 90.0), block(1, 5.0), block(0, 4.0), block(0, 3.0)]
    assert passes(blocks) == [3.0, 5.0]


def test_one_slow_pass_of_either_run_is_enough() -> None:
    found = quietness([1.0, 1.0, 1.0], [1.0, 1.06, 1.0])
    assert found.spread == pytest.approx(0.06)
    assert found.shift == 0.0
    assert not found.quiet
    assert quietness([1.0, 1.01], [1.03, 1.04]).quiet


def test_the_shift_has_a_sign() -> None:
    assert quietness([2.0], [2.04]).shift == pytest.approx(0.02)


def test_one_disturbed_block_of_twenty_does_not_make_a_run_restless() -> None:
    assert spread_of_blocks([block(0, 1.0)] * 19 + [block(0, 9.0)]) == 0.0
    assert spread_of_blocks([block(0, 1.0)] * 10 + [block(0, 1.5)] * 10) == pytest.approx(0.5)
    assert spread_of_blocks([]) == 0.0
