"""What changes on a phone while it works: temperature, thermal status, frequency, battery."""

import re
from dataclasses import dataclass, replace

from edgesmith.benchmarks.devices.adb.phone import AdbShell
from edgesmith.benchmarks.devices.remote.shell import run
from edgesmith.runtime.machine.state import THROTTLING_BITS, State

# Since Android 10. What the service has cached may be old, so only what the hardware says now counts.
_STATUS = re.compile(r"Thermal Status: (\d+)")
_NOW = "Current temperatures from HAL:"
_TEMPERATURE = re.compile(r"\bTemperature\{mValue=(-?[\d.]+), mType=(-?\d+)")
# android.os.Temperature, TYPE_*, the nearest to the cores first; other types are no temperatures of the phone.
_CPU, _SKIN, _BATTERY = "0", "3", "2"
_PREFERRED = (_CPU, _SKIN, _BATTERY)
_BATTERY_LINE = re.compile(r"^\s*(level|temperature|(?:AC|USB|Wireless) powered): (\S+)", re.MULTILINE)

_NEXT = "edgesmith-next"
_SCRIPT = f"""
dumpsys thermalservice 2>/dev/null
echo {_NEXT}
dumpsys battery 2>/dev/null
echo {_NEXT}
cat /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq 2>/dev/null
echo {_NEXT}
cat /proc/loadavg 2>/dev/null
"""
_THROTTLED = 1 << next(bit for bit, word in THROTTLING_BITS.items() if word == "throttled")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneState:
    """None stands for what the phone does not tell.

    `temperature_c`: hottest core, else the skin, else the battery, °C. `thermal_status`: of `PowerManager`, 0 none,
    1 light throttling … 6 shutdown. `frequency_mhz`: mean over the cores. `load_average`: over the last minute.
    `battery_percent`, `charging`: as the battery service has them.
    """

    temperature_c: float | None
    thermal_status: int | None
    frequency_mhz: float | None
    load_average: float | None
    battery_percent: int | None
    charging: bool | None


def read_phone_state(shell: AdbShell) -> PhoneState:
    """Ask the phone. Raises `DeviceError` when it goes."""
    parts = run(shell, _SCRIPT).stdout.split(_NEXT)
    thermal, battery, frequencies, load = (*parts, "", "", "", "")[:4]
    status = _STATUS.search(thermal)
    power = dict(_BATTERY_LINE.findall(battery))
    kilohertz = [int(word) for word in frequencies.split() if word.isdecimal()]
    sources = [value for key, value in power.items() if key.endswith("powered")]
    return PhoneState(
        temperature_c=_temperature(thermal, power.get("temperature")),
        thermal_status=int(status[1]) if status else None,
        frequency_mhz=round(sum(kilohertz) / len(kilohertz) / 1000, 1) if kilohertz else None,
        load_average=float(load.split()[0]) if load.split() else None,
        battery_percent=int(power["level"]) if "level" in power else None,
        charging="true" in sources if sources else None,
    )


def with_phone_state(state: State, phone: PhoneState) -> State:
    """What a Python on the phone read, and what only the phone's own shell may read."""
    throttled = None if phone.thermal_status is None else _THROTTLED if phone.thermal_status else 0
    return replace(
        state,
        temperature_c=phone.temperature_c if state.temperature_c is None else state.temperature_c,
        frequency_mhz=phone.frequency_mhz if state.frequency_mhz is None else state.frequency_mhz,
        load_average=phone.load_average if state.load_average is None else state.load_average,
        throttled_flags=throttled if state.throttled_flags is None else state.throttled_flags,
    )


def _temperature(thermal: str, tenths: str | None) -> float | None:
    found = [(kind, float(value)) for value, kind in _TEMPERATURE.findall(thermal.partition(_NOW)[2])]
    for wanted in _PREFERRED:
        degrees = [value for kind, value in found if kind == wanted and value > 0]  # 0: no such sensor
        if degrees:
            return round(max(degrees), 1)
    return int(tenths) / 10 if tenths and tenths.isdecimal() else None
