"""Machines to examine: made ones, and root folders like those of Raspberry Pis."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

# CPU part, feature words, model, highest frequency in kHz: what Linux shows on these boards.
_BOARDS = {
    "pi3": ("0xd03", "fp asimd evtstrm crc32 cpuid", "Raspberry Pi 3 Model B Rev 1.2", 1_200_000),
    "pi4": ("0xd08", "fp asimd evtstrm crc32 cpuid", "Raspberry Pi 4 Model B Rev 1.4", 1_800_000),
    "pi5": (
        "0xd0b",
        "fp asimd evtstrm aes crc32 atomics fphp asimdhp cpuid asimdrdm asimddp",
        "Raspberry Pi 5 Model B Rev 1.0",
        2_400_000,
    ),
}


@pytest.fixture
def pi(tmp_path: Path) -> Callable[[str], Path]:
    """The root folder of a board by its name: its proc and sys."""

    def write(name: str) -> Path:
        part, features, model, kilohertz = _BOARDS[name]
        cpu = f"processor\t: 0\nFeatures\t: {features}\nCPU implementer\t: 0x41\nCPU part\t: {part}\n\n"
        files = {
            "proc/cpuinfo": cpu * 4 + f"Model\t\t: {model}\n",
            "proc/device-tree/model": f"{model}\0",
            "proc/meminfo": "MemTotal: 3884364 kB\nMemFree: 1 kB\nMemAvailable: 3000000 kB\n",
            "proc/loadavg": "0.10 0.20 0.30 1/100 1000\n",
            "sys/class/thermal/thermal_zone0/temp": "48312\n",
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "600000\n",
            "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": f"{kilohertz}\n",
        }
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path

    return write


@pytest.fixture
def environment() -> Callable[..., Environment]:
    """A quiet Raspberry Pi 4; keywords override."""
    made = Environment(
        cpu_model="Cortex-A72",
        cores=4,
        cpu_features=("asimd", "crc32"),
        architecture="aarch64",
        board="Raspberry Pi 4 Model B Rev 1.4",
        governor="ondemand",
        max_frequency_mhz=1800.0,
        ram_bytes=4_000_000_000,
        kernel="Linux 6",
        os="An OS",
        python="CPython 3.11",
        packages={},
        load_average=(0.1, 0.2, 0.3),
    )
    return lambda **changes: dataclasses.replace(made, **changes)


@pytest.fixture
def state() -> Callable[..., State]:
    """A cool one; keywords override."""
    made = State(temperature_c=48.0, frequency_mhz=600.0, throttled_flags=0, load_average=0.1)

    def make(**changes: Any) -> State:
        return dataclasses.replace(made, **changes)

    return make
