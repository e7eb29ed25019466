import numpy as np
import pytest

from edgesmith.benchmarks.compare.equalspeed import Blocks, at_equal_speed, blocks_of
from edgesmith.benchmarks.results import Block
from edgesmith.runtime.machine.state import State

IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=None)


def blocks(*speeds: float, after: tuple[float, ...] | None = None, processes: int = 1) -> Blocks:
    """One block for each speed, the same in every process."""
    return Blocks(
        process=np.repeat(np.arange(processes), len(speeds)),
        before_ms=np.array(speeds * processes),
        after_ms=np.array((after or speeds) * processes),
    )


def test_the_reference_after_a_block_is_the_one_before_the_next() -> None:
    turns = [(0, 0, 1.0), (0, 1, 2.0), (0, 0, 3.0), (1, 0, 4.0), (1, 1, 5.0)]
    found = blocks_of(
        [
            Block(
                process=process, run=run, samples=1, begin_s=0.0, reference_ms=(time, time, 99.0), state=IDLE
            )
            for process, run, time in turns
        ],
        0,
    )
    assert found.process.tolist() == [0, 0, 1]
    assert found.before_ms.tolist() == [1.0, 3.0, 4.0]
    assert found.after_ms.tolist() == [2.0, 3.0, 5.0]  # the last of process 0 has nothing after it


def test_a_block_in_which_the_machine_changed_is_left_out() -> None:
    found = at_equal_speed(blocks(1.0, 1.0, after=(1.0, 1.06)), blocks(1.0, 1.0, after=(1.04, 0.9)))
    assert [kept.number.tolist() for kept in (found.old, found.new)] == [[0], [0]]
    assert found.share == 0.5


def test_only_speeds_that_both_had_are_compared_and_weigh_the_same_in_both() -> None:
    found = at_equal_speed(blocks(1.0, 1.5, 1.5), blocks(1.5, 2.0))
    assert [kept.number.tolist() for kept in (found.old, found.new)] == [[1, 2], [0]]
    assert [kept.weight.tolist() for kept in (found.old, found.new)] == [[0.5, 0.5], [1.0]]
    assert found.share == pytest.approx(2 / 5)


@pytest.mark.parametrize("speed", [1.0, 1.0247, 1.05, 1.07], ids=str)
def test_the_edges_of_bands_part_nothing(speed: float) -> None:
    assert at_equal_speed(blocks(speed), blocks(1.01 * speed)).share == 1.0


def test_no_common_speed_is_nothing_to_compare() -> None:
    found = at_equal_speed(blocks(1.0, 1.0, processes=5), blocks(1.2, 1.2, processes=5))
    assert (found.processes, found.share, found.shift) == (0, 0.0, 0.0)


def test_a_process_counts_with_two_matched_blocks() -> None:
    assert at_equal_speed(blocks(1.0, 1.0, processes=5), blocks(1.0, 1.0, processes=5)).processes == 5
    assert at_equal_speed(blocks(1.0, 1.0, processes=5), blocks(1.0, 1.5, processes=5)).processes == 0


def test_the_shift_is_within_bands() -> None:
    found = at_equal_speed(blocks(1.0, 1.0, 1.5), blocks(1.02, 1.53, 1.53))
    assert found.shift == pytest.approx(0.02, abs=1e-3)


def test_a_network_may_follow_the_machine_more_than_the_reference_does() -> None:
    old, new = blocks(1.0, 1.3, 1.3, 1.3, processes=5), blocks(1.0, 1.0, 1.0, 1.3, processes=5)
    times = np.array([2.0, 4.0, 4.0, 4.0] * 5), np.array([2.2, 2.2, 2.2, 4.4] * 5)
    first, second = at_equal_speed(old, new).process_times(*times)
    assert len(first) == len(second) == 5
    np.testing.assert_allclose(np.array(second) / np.array(first), 1.1)


def test_processes_that_each_had_a_speed_of_their_own_scatter_as_their_ratios_do() -> None:
    speeds = np.repeat([1.0, 1.2, 1.44, 1.7, 2.1], 2)
    run = Blocks(process=np.repeat(np.arange(5), 2), before_ms=speeds, after_ms=speeds)
    ratios = [1.0, 1.02, 0.97, 1.05, 0.99]
    first, second = at_equal_speed(run, run).process_times(3 * speeds, 3 * speeds * np.repeat(ratios, 2))
    assert first == pytest.approx([first[0]] * 5)
    assert np.array(second) / first == pytest.approx(ratios)


def test_one_block_in_whose_middle_the_speed_came_and_went_does_not_count() -> None:
    old, new = blocks(1.0, 1.0, 1.0, processes=5), blocks(1.0, 1.0, 1.0, processes=5)
    first, second = at_equal_speed(old, new).process_times(np.full(15, 3.0), np.array([3.0, 3.0, 9.0] * 5))
    assert first == second == pytest.approx([3.0] * 5)
