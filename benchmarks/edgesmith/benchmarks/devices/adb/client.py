"""The `adb` command, and which phones it knows."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.devices.program import captured
from edgesmith.runtime.errors import DeviceError

READY = "device"
# States of `adb devices` in which nothing can be run (adb 29.0.6, `adb.cpp`, `ConnectionStateName`): the problem,
# what to do. The first word of "no permissions (…)" is what stands in its column.
_STATES = {
    "unauthorized": (
        "it does not trust this computer yet",
        "unlock it and accept 'Allow USB debugging?'; where it does not ask: adb kill-server, and plug it in again",
    ),
    "authorizing": (
        "it is being asked whether it trusts this computer",
        "unlock it, accept, and begin again",
    ),
    "offline": (
        "it is plugged in and does not answer",
        "unplug it and plug it in again; or: adb reconnect offline",
    ),
    "no": (
        "this user may not open its USB port",
        "sudo apt install android-sdk-platform-tools-common, which has the udev rules; then plug it in again",
    ),
}
_NOT_ANDROID = ("it runs {state}, not Android", "start it normally: adb reboot")
_TRANSPORT = re.compile(r"\btransport_id:(\d+)")
_PLUG_IN = "plug it in, and switch on USB debugging: Settings, Developer options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A line of `adb devices -l`. `state`: `device` when commands can be run.

    `transport`: of this connection; another one once the phone was unplugged. None: adb before version 28.
    """

    serial: str
    state: str
    transport: str | None = None

    @property
    def selector(self) -> tuple[str, str]:
        """The words of `adb` that mean this connection."""
        return ("-s", self.serial) if self.transport is None else ("-t", self.transport)


def find_adb() -> str:
    """The path of `adb`. Raises `DeviceError` when it is not installed."""
    program = shutil.which("adb")
    if program is None:
        raise DeviceError("there is no adb here", tip="sudo apt install adb")
    return program


def run_adb(program: str, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run `adb WORDS` to its end."""
    return captured([program, *words])


def attached(program: str) -> list[Attached]:
    """The phones and emulators that the adb server knows; it is started where it does not run.

    Raises `DeviceError` when it cannot be reached.
    """
    done = run_adb(program, ["devices", "-l"])
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        raise DeviceError(
            f"adb: its server cannot be reached{': ' + said[0] if said else ''}",
            tip="adb kill-server, then adb start-server, says more",
        )
    lines = (line for line in done.stdout.splitlines()[1:] if not line.startswith("*"))
    return [_attached(line) for line in lines if len(line.split()) > 1]


def _attached(line: str) -> Attached:
    serial, state = line.split()[:2]
    transport = _TRANSPORT.search(line)
    return Attached(serial=serial, state=state, transport=transport[1] if transport else None)


def choose(devices: Sequence[Attached], serial: str | None) -> Attached:
    """The phone of that serial number, or the only one. Raises `DeviceError` when it is not there or not ready."""
    name = "adb" if serial is None else f"adb:{serial}"
    known = ", ".join(f"adb:{device.serial}" for device in devices)
    if not devices:
        raise DeviceError(f"{name}: no phone is connected", tip=_PLUG_IN)
    if serial is None and len(devices) > 1:
        raise DeviceError(f"{name}: {len(devices)} devices are connected", tip=f"name one: {known}")
    found = next((device for device in devices if serial in (None, device.serial)), None)
    if found is None:
        raise DeviceError(f"{name}: it is not connected; connected are {known}", tip=_PLUG_IN)
    if found.state != READY:
        problem, advice = _STATES.get(found.state, _NOT_ANDROID)
        raise DeviceError(f"adb:{found.serial}: {problem.format(state=found.state)}", tip=advice)
    return found
