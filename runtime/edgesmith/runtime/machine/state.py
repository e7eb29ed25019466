"""What changes while a machine works: temperature, frequency, throttling, power. None where it does not tell."""

from dataclasses import dataclass
from pathlib import Path

from edgesmith.runtime.machine.kernelfiles import read_number, read_text
from edgesmith.runtime.machine.vcgencmd import read_power, read_throttled

# Bits of `vcgencmd get_throttled` (Raspberry Pi documentation, "vcgencmd", get_throttled): the state now.
# The same bits 16 higher say that it has happened since the machine started.
THROTTLING_BITS = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
THROTTLED_NOW, THROTTLED_SINCE_START = 0b1111, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The machine at one moment.

    `temperature_c`: hottest thermal zone, °C. `frequency_mhz`: mean over the cores. `throttled_flags`: the
    bits of `vcgencmd get_throttled`; of Android the one for throttled, when its thermal status is above none.
    `load_average`: over the last minute, runnable processes. `power_w`: watts, as `read_power` measures them;
    absent in older files.
    """

    temperature_c: float | None
    frequency_mhz: float | None
    throttled_flags: int | None
    load_average: float | None
    power_w: float | None = None


def read_state(root: Path = Path("/")) -> State:
    """Read the state now. `root` is the root of the file system, with its proc and sys."""
    loads = load_averages(root)
    return State(
        temperature_c=_temperature(root / "sys"),
        frequency_mhz=_frequency(root / "sys"),
        throttled_flags=read_throttled(),
        load_average=None if loads is None else loads[0],
        power_w=read_power(),
    )


def load_averages(root: Path = Path("/")) -> tuple[float, ...] | None:
    """Runnable processes over the last 1, 5 and 15 minutes (proc(5), /proc/loadavg)."""
    words = (read_text(root / "proc/loadavg") or "").split()[:3]
    try:
        averages = tuple(map(float, words))
    except ValueError:
        return None
    return averages if len(averages) == 3 else None


def throttling_words(flags: int | None) -> list[str]:
    """What holds the machine back now, in words."""
    return [word for bit, word in THROTTLING_BITS.items() if (flags or 0) >> bit & 1]


def _temperature(system: Path) -> float | None:
    zones = (read_number(file) for file in system.glob("class/thermal/thermal_zone*/temp"))
    # Millidegrees (kernel documentation, sysfs-class-thermal); unconnected sensors say 0 or nonsense below.
    degrees = [value / 1000 for value in zones if value is not None and value > 0]
    return max(degrees) if degrees else None


def _frequency(system: Path) -> float | None:
    files = system.glob("devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
    kilohertz = [value for value in map(read_number, files) if value is not None]
    return round(sum(kilohertz) / len(kilohertz) / 1000, 1) if kilohertz else None
