from pathlib import Path

import pytest

from edgesmith.benchmarks.worker.environment import read_environment
from edgesmith.benchmarks.worker.memory import peak_rss_bytes
from edgesmith.benchmarks.worker.state import read_state, throttling_words


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_raspberry_pi_is_recognised(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/cpuinfo": "processor : 0\nFeatures : fp asimd crc32\nCPU implementer : 0x41\nCPU part : 0xd08\n",
            "proc/meminfo": "MemTotal:        3884364 kB\nMemFree: 1 kB\n",
            "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
            "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "1500000\n",
        },
    )
    found = read_environment(root)
    assert found.board == "Raspberry Pi 4 Model B Rev 1.4"
    assert found.cpu_model == "ARM implementer 0x41 part 0xd08"
    assert found.cpu_features == ("asimd", "crc32", "fp")
    assert (found.governor, found.max_frequency_mhz) == ("ondemand", 1500.0)
    assert found.ram_bytes == 3884364 * 1024


def test_a_machine_that_tells_nothing_is_described_all_the_same(tmp_path: Path) -> None:
    found = read_environment(tmp_path)
    assert found.cpu_model
    assert (found.board, found.governor, found.ram_bytes, found.cpu_features) == (None, None, None, ())
    state = read_state(tmp_path)
    assert (state.temperature_c, state.frequency_mhz) == (None, None)


def test_state_takes_the_hottest_zone_and_the_mean_frequency(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "class/thermal/thermal_zone0/temp": "48312\n",
            "class/thermal/thermal_zone1/temp": "61000\n",
            "class/thermal/thermal_zone2/temp": "nonsense",
            "devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1000000\n",
            "devices/system/cpu/cpu1/cpufreq/scaling_cur_freq": "2000000\n",
        },
    )
    state = read_state(root)
    assert (state.temperature_c, state.frequency_mhz) == (61.0, 1500.0)


def test_throttling_flags_are_asked_of_vcgencmd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "vcgencmd"
    tool.write_text('#!/bin/sh\n[ "$1" = get_throttled ] && echo throttled=0x50005\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    flags = read_state(tmp_path).throttled_flags
    assert flags == 0x50005
    assert throttling_words(flags) == ["under-voltage", "throttled"]


def test_peak_memory_is_that_of_this_program_not_of_its_parent(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t   51234 kB\nVmRSS:\t 1 kB\n")
    assert peak_rss_bytes(status) == 51234 * 1024
    assert peak_rss_bytes(tmp_path / "absent") > 1_000_000
