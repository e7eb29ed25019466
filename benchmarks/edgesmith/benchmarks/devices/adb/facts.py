"""What a phone says of itself: it stands in results beside every number."""

from dataclasses import dataclass, replace

from edgesmith.benchmarks.devices.adb.phone import AdbShell
from edgesmith.benchmarks.devices.remote.shell import run
from edgesmith.runtime.machine.environment import Environment

# Properties of AOSP's `Build` class; `ro.soc.model` since Android 12.
_PROPERTIES = {
    "manufacturer": "ro.product.manufacturer",
    "model": "ro.product.model",
    "android": "ro.build.version.release",
    "api_level": "ro.build.version.sdk",
    "abi": "ro.product.cpu.abi",
    "soc": "ro.soc.model",
}
_CPU = "/sys/devices/system/cpu"
_FILES = {
    "cores": f"{_CPU}/possible",
    "governor": f"{_CPU}/cpu0/cpufreq/scaling_governor",
    "max_frequency": f"{_CPU}/cpu0/cpufreq/cpuinfo_max_freq",
    "kernel": "/proc/sys/kernel/osrelease",
}
_SCRIPT = "\n".join(
    [
        *(f'echo "{key}=$(getprop {name})"' for key, name in _PROPERTIES.items()),
        *(f'echo "{key}=$(cat {file} 2>/dev/null)"' for key, file in _FILES.items()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """None stands for what the phone does not tell.

    `abi`: `arm64-v8a`, or `armeabi-v7a` for a phone with 32 bits. `cores`: all that the kernel has; what an app may
    use depends on what it is doing. `governor`, `max_frequency_mhz`: of the first core.
    """

    model: str | None
    android: str | None
    api_level: str | None
    abi: str | None
    soc: str | None
    cores: int | None
    governor: str | None
    max_frequency_mhz: float | None
    kernel: str | None

    @property
    def system(self) -> str:
        """`Android 15 (API 35, arm64-v8a)`."""
        return f"Android {self.android or '?'} (API {self.api_level or '?'}, {self.abi or '?'})"


def read_facts(shell: AdbShell) -> PhoneFacts:
    """Ask the phone. Raises `DeviceError` when it goes."""
    lines = run(shell, _SCRIPT).stdout.splitlines()
    said = {key: value.strip() or None for key, _, value in (line.partition("=") for line in lines)}
    maker, model, frequency = said.get("manufacturer"), said.get("model"), said.get("max_frequency")
    if maker and model and not model.lower().startswith(maker.lower()):
        model = f"{maker} {model}"
    return PhoneFacts(
        model=model,
        **{key: said.get(key) for key in ("android", "api_level", "abi", "soc", "governor", "kernel")},
        cores=_count(said.get("cores")),
        max_frequency_mhz=int(frequency) / 1000 if frequency and frequency.isdecimal() else None,
    )


def with_phone(environment: Environment, facts: PhoneFacts) -> Environment:
    """What a Python on the phone found, and what only the phone's own shell may read."""
    return replace(
        environment,
        board=facts.model,
        os=facts.system,
        governor=environment.governor or facts.governor,
        max_frequency_mhz=environment.max_frequency_mhz or facts.max_frequency_mhz,
    )


def _count(possible: str | None) -> int | None:
    """`0-7` is 8 cores (kernel documentation, sysfs-devices-system-cpu)."""
    last = (possible or "").rpartition("-")[2]
    return int(last) + 1 if last.isdecimal() else None
