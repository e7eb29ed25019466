"""What is on the device: Python, numpy, Pillow, engines."""

import json
import shlex
from dataclasses import dataclass

from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.shell import Shell, run
from edgesmith.runtime.doctor.wheels import Platform
from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.errors import DeviceError, ModelFileError
from edgesmith.runtime.strict import from_json

DEFAULT_PYTHON = "python3"
_OLDEST = (3, 11)
_SHOWN = 60  # characters of an answer that is none
_NOT_FOUND = (126, 127)  # of a shell: not executable, not found (POSIX, 2.8.2)
# Termux builds them; PyPI has no engine's wheel for Android (termux-packages: packages/onnxruntime, …).
TERMUX_TIP = "in Termux: pkg install python-numpy python-pillow python-tflite-runtime python-onnxruntime"
_MODULES = ("numpy", "PIL", *(name.replace("-", "_") for name in ENGINE_NAMES))

# For any Python, 2.7 included: it is to say how old it is.
_PROBE = f"""
import json, os, platform, sys
try:
    from importlib.util import find_spec
except ImportError:
    find_spec = lambda name: None
base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
print(json.dumps({{
    "python": list(sys.version_info[:2]),
    "system": platform.system(),
    "machine": platform.machine(),
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "libc": list(platform.libc_ver()),
    "modules": [name for name in {_MODULES!r} if find_spec(name)],
    "android": hasattr(sys, "getandroidapilevel"),
    "folder": os.path.join(base, "edgesmith", "bench"),
}}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`modules`: those of numpy, Pillow and the engines that can be imported. `folder`: where files are put.

    `android`: Termux's Python, say, for which there are no wheels.
    """

    python: tuple[int, ...]
    system: str
    machine: str
    bits: int
    libc: tuple[str, ...]
    modules: tuple[str, ...]
    folder: str
    android: bool = False

    @property
    def platform(self) -> Platform:
        """What decides which wheels fit."""
        narrow = self.bits == 32 and self.machine in ("aarch64", "armv8l")  # as `wheels.this_platform`
        return Platform(
            system=self.system,
            machine="armv7l" if narrow else self.machine,
            python=".".join(map(str, self.python)),
            libc=self.libc[1] if self.libc[0] == "glibc" else None,
        )


def look_at(shell: Shell, python: str) -> Facts:
    """Ask the device's Python. Raises `DeviceError` when there is none, or an old one."""
    name = shell.name
    done = run(shell, f"{shlex.quote(python)} -c {shlex.quote(_PROBE)}")
    answer = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
    if done.returncode in _NOT_FOUND or (answer is None and "not found" in done.stderr):
        raise DeviceError(
            f"{name}: there is no {python!r}",
            tip="sudo apt install python3 there; or --remote-python with the path of one",
        )
    if answer is None:
        said = done.stderr.strip().splitlines()[-1:]
        raise DeviceError(
            f"{name}: {python!r} ended with code {done.returncode}{': ' + said[0] if said else ''}",
            tip="--remote-python names another Python",
        )
    try:
        facts = from_json(Facts, json.loads(answer), where=f"the answer of {name}")
    except (ValueError, ModelFileError) as error:
        raise DeviceError(
            f"{name}: {python!r} answered {answer[:_SHOWN]!r}, which is no Python's answer",
            tip="a login shell must not print; --remote-python names another Python",
        ) from error
    if facts.python < _OLDEST:
        raise DeviceError(
            f"{name}: {python!r} is Python {'.'.join(map(str, facts.python))}; "
            f"{'.'.join(map(str, _OLDEST))} or newer is needed",
            tip="--remote-python names another one; Raspberry Pi OS has 3.11 since bookworm",
        )
    return facts


def require_packages(facts: Facts, needs: Needs, *, name: str) -> None:
    """Raise `DeviceError` naming what cannot be imported there, and what to install.

    Where some of the formats have an engine, the other files fail one by one, with the reason.
    """
    missing = [
        package for module, package in (("numpy", "numpy"), ("PIL", "Pillow")) if module not in facts.modules
    ]
    wanted = {
        model_format: engines
        for model_format in needs.formats
        if (engines := needs.engines_for(model_format))
    }
    lacking = {
        model_format: engines
        for model_format, engines in wanted.items()
        if not any(engine.replace("-", "_") in facts.modules for engine in engines)
    }
    if missing or (lacking and len(lacking) == len(wanted)):
        missing += [
            f"an engine for .{kind} files ({' or '.join(engines)})" for kind, engines in lacking.items()
        ]
        raise DeviceError(
            f"{name}: Python {'.'.join(map(str, facts.python))} there lacks {' and '.join(missing)}",
            tip=TERMUX_TIP
            if facts.android
            else _pip_tip([next(iter(one.values())) for one in lacking.values()]),
        )


def _pip_tip(extras: list[str]) -> str:
    package = f"edgesmith[{','.join(extras)}]" if extras else "edgesmith"
    return f"--install puts it into a folder of its own there; or, there: pip install '{package}'"
