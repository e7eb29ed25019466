"""What a Raspberry Pi's firmware says of throttling and power, by its tool `vcgencmd`. None where it does not tell."""

import re
import shutil
import subprocess

# `     VDD_CORE_A current(7)=1.06A` and `    VDD_CORE_V volt(15)=0.72V`: a rail's current and voltage.
_READING = re.compile(r"(\w+)_[AV]\s+(current|volt)\(\d+\)=([0-9.]+)[AV]")


def read_throttled() -> int | None:
    """The bits of `vcgencmd get_throttled`."""
    try:
        return int((_ask("get_throttled") or "").strip().partition("=")[2], 16)
    except ValueError:
        return None


def read_power() -> float | None:
    """Watts over all rails of which the board measures both voltage and current (Raspberry Pi 5, `pmic_read_adc`).

    Less than the supply gives: the regulators' own losses and what hangs on USB and the 5 V pins are not in it.
    """
    rails: dict[str, dict[str, float]] = {}
    try:
        for name, kind, value in _READING.findall(_ask("pmic_read_adc") or ""):
            rails.setdefault(name, {})[kind] = float(value)
    except ValueError:
        return None
    watts = [rail["current"] * rail["volt"] for rail in rails.values() if len(rail) == 2]
    return round(sum(watts), 3) if watts else None


def _ask(question: str) -> str | None:
    program = shutil.which("vcgencmd")
    if program is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - a fixed command, found on PATH
            [program, question], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
