from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.machine.environment import memory_bytes, read_environment

Root = Callable[[dict[str, str]], Path]
PI4 = {
    "proc/cpuinfo": "processor : 0\nFeatures : fp asimd crc32\nCPU implementer : 0x41\nCPU part : 0xd08\n",
    "proc/meminfo": "MemTotal:        3884364 kB\nMemFree: 1 kB\n",
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    "proc/loadavg": "0.25 0.50 1.00 2/345 6789\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
    "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "1500000\n",
}


def test_a_raspberry_pi_is_recognised(root: Root) -> None:
    found = read_environment(root(PI4))
    assert found.board == "Raspberry Pi 4 Model B Rev 1.4"
    assert found.cpu_model == "Cortex-A72"
    assert found.cpu_features == ("asimd", "crc32", "fp")
    assert (found.governor, found.max_frequency_mhz) == ("ondemand", 1500.0)
    assert found.ram_bytes == 3884364 * 1024
    assert found.load_average == (0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("model name : A CPU\nflags : avx2\n", "A CPU", id="x86"),
        pytest.param("CPU implementer : 0x41\nCPU part : 0xd0b\n", "Cortex-A76", id="a Pi 5"),
        pytest.param(
            "model name : ARMv7 Processor rev 4 (v7l)\nCPU implementer : 0x41\nCPU part : 0xd03\n",
            "Cortex-A53",
            id="a 32-bit kernel, which names the instruction set",
        ),
        pytest.param(
            "CPU implementer : 0x51\nCPU part : 0x804\n", "ARM implementer 0x51 part 0x804", id="unknown"
        ),
    ],
)
def test_the_processor_has_a_name(text: str, expected: str, root: Root) -> None:
    assert read_environment(root({"proc/cpuinfo": text})).cpu_model == expected


@pytest.mark.parametrize(
    ("driver", "governor"),
    [("acpi-cpufreq", "powersave"), ("intel_pstate", "intel_pstate powersave"), ("amd-pstate-epp", "amd-pstate-epp powersave")],
)  # fmt: skip
def test_powersave_is_another_thing_under_a_driver_that_decides(
    driver: str, governor: str, root: Root
) -> None:
    cpufreq = "sys/devices/system/cpu/cpu0/cpufreq"
    files = {f"{cpufreq}/scaling_governor": "powersave\n", f"{cpufreq}/scaling_driver": f"{driver}\n"}
    assert read_environment(root(files)).governor == governor


def test_a_machine_that_tells_nothing_is_described_all_the_same(root: Root) -> None:
    found = read_environment(root({}))
    assert found.cpu_model
    assert (found.board, found.governor, found.ram_bytes, found.cpu_features) == (None, None, None, ())


@pytest.mark.parametrize("text", ["", "MemAvailable:\n", "MemAvailable: much kB\n"])
def test_memory_that_is_not_told(text: str, root: Root) -> None:
    assert memory_bytes("MemAvailable", root({"proc/meminfo": text})) is None
