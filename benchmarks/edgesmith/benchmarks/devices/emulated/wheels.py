"""What `pip install 'edgesmith[ENGINE]'` would bring onto an emulated Pi, installed from here."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.systems import System
from edgesmith.benchmarks.devices.emulated.tools import run_command
from edgesmith.benchmarks.devices.remote.environment import requirements_of
from edgesmith.runtime.errors import DeviceError


def requirements(extra: str, system: System) -> list[str]:
    """The project's own dependencies and those of one extra, without what Debian's packages already hold.

    Markers are dropped: they would be judged on this machine's Python instead of the Pi's.
    """
    there = {"numpy", "pillow"} if system.debian_numpy else set()
    return [line for line in requirements_of([extra]) if re.split(r"[^\w-]", line)[0].lower() not in there]


def install(extra: str, system: System, folder: Path) -> None:
    """Install the engine's wheels for the system's processor and Python into `folder`.

    pip verifies the hash that the package index gives for each. Raises `DeviceError` with pip's own words.
    """
    if find_spec("pip") is None:
        raise DeviceError(
            "the wheels of an emulated board are fetched by pip, which is not in this environment",
            tip="python -m ensurepip",
        )
    platforms = [word for tag in system.wheel_platforms for word in ("--platform", tag)]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--only-binary=:all:", "--implementation", "cp", "--python-version", system.python),
        *("--no-compile", "--target", str(folder), *platforms),
        *(["--no-deps"] if system.debian_numpy else []),
        *requirements(extra, system),
    ]
    run_command(command, what=f"installing edgesmith[{extra}] for {system.name}")
