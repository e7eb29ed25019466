from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.machine.state import read_state, throttling_words

Root = Callable[[dict[str, str]], Path]


def test_state_takes_the_hottest_zone_and_the_mean_frequency(root: Root) -> None:
    files = {
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/class/thermal/thermal_zone1/temp": "61000\n",
        "sys/class/thermal/thermal_zone2/temp": "nonsense",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1000000\n",
        "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq": "2000000\n",
        "proc/loadavg": "0.25 0.50 1.00 2/345 6789\n",
    }
    state = read_state(root(files))
    assert (state.temperature_c, state.frequency_mhz, state.load_average) == (61.0, 1500.0, 0.25)


@pytest.mark.parametrize("load", [{}, {"proc/loadavg": "1 2"}, {"proc/loadavg": "a b c"}], ids=str)
def test_a_machine_that_tells_nothing(load: dict[str, str], root: Root) -> None:
    state = read_state(root(load))
    assert (state.temperature_c, state.frequency_mhz, state.load_average) == (None, None, None)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (None, []),
        (0, []),
        (0x50005, ["under-voltage", "throttled"]),
        (0xE0008, ["soft temperature limit"]),
        (0xF0000, []),
    ],
)
def test_flags_in_words(flags: int | None, words: list[str]) -> None:
    assert throttling_words(flags) == words
