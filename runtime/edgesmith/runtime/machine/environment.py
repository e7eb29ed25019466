"""The machine and its software: what a number cannot be understood without. No host name, no paths."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from edgesmith.runtime import cpu
from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.machine.armcores import core_name
from edgesmith.runtime.machine.kernelfiles import read_fields, read_number, read_text
from edgesmith.runtime.machine.state import load_averages

_DRIVERS_THAT_DECIDE = ("intel_pstate", "amd-pstate-epp")
_PACKAGES = ("edgesmith", "numpy", "Pillow", *ENGINE_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where something runs. None stands for what the machine does not tell.

    `cores`: usable by the process. `cpu_features`: the kernel's words. `governor` and `max_frequency_mhz`:
    of the first core; "intel_pstate powersave" is not "powersave". `board`: the device tree's model, "Raspberry Pi 4 Model B Rev 1.4". `load_average`:
    over 1, 5 and 15 minutes, before anything was measured. `packages`: versions by name.
    """

    cpu_model: str
    cores: int
    cpu_features: tuple[str, ...]
    architecture: str
    board: str | None
    governor: str | None
    max_frequency_mhz: float | None
    ram_bytes: int | None
    kernel: str
    os: str
    python: str
    packages: dict[str, Any]
    load_average: tuple[float, ...] | None


def read_environment(root: Path = Path("/")) -> Environment:
    """Look around. `root` is the root of the file system, with its proc and sys."""
    cpufreq = root / "sys/devices/system/cpu/cpu0/cpufreq"
    frequency = read_number(cpufreq / "cpuinfo_max_freq")  # kHz (kernel documentation, cpufreq)
    return Environment(
        cpu_model=_cpu_model(root / "proc/cpuinfo"),
        cores=cpu.usable_cores(),
        cpu_features=tuple(sorted(cpu.features(root / "proc/cpuinfo"))),
        architecture=platform.machine(),
        board=read_text(root / "proc/device-tree/model"),
        governor=_governor(cpufreq),
        max_frequency_mhz=None if frequency is None else frequency / 1000,
        ram_bytes=memory_bytes("MemTotal", root),
        kernel=f"{platform.system()} {platform.release()}",
        os=_os_name(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=_package_versions(),
        load_average=load_averages(root),
    )


def _governor(cpufreq: Path) -> str | None:
    """The governor; with the driver before it where that decides by itself what the word means.

    Under these drivers "powersave" follows the load, as schedutil does elsewhere; it does not keep the frequency low
    (kernel documentation, admin-guide/pm/intel_pstate and amd-pstate, active mode).
    """
    governor, driver = read_text(cpufreq / "scaling_governor"), read_text(cpufreq / "scaling_driver")
    return f"{driver} {governor}" if governor and driver in _DRIVERS_THAT_DECIDE else governor


def memory_bytes(name: str, root: Path = Path("/")) -> int | None:
    """A line of /proc/meminfo, `MemTotal` or `MemAvailable`, whose kB are 1024 bytes (proc(5))."""
    words = read_fields(root / "proc/meminfo").get(name, "").split()
    return int(words[0]) * 1024 if words and words[0].isdecimal() else None


def _cpu_model(cpuinfo: Path) -> str:
    fields = read_fields(cpuinfo)
    # x86 says "model name"; ARM kernels give "Model" (the board) or numbers of implementer and part.
    if "model name" in fields and "CPU part" not in fields:
        return fields["model name"]
    if "CPU part" in fields:
        return core_name(fields.get("CPU implementer", "?"), fields["CPU part"])
    return platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())
    except OSError:  # not Linux
        return platform.platform()


def _package_versions() -> dict[str, str]:
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
