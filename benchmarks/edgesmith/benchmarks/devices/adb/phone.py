"""One phone, and the shells that adb opens on it."""

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edgesmith.benchmarks.devices.adb.client import READY, Attached, attached, choose, find_adb, run_adb
from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.runtime.errors import DeviceError, EdgesmithError

# Without it there are no exit codes, and stdout and stderr are one (AOSP, packages/modules/adb, shell_protocol.h).
_SHELL_PROTOCOL = "shell_v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone that commands can be run on, until it is unplugged. `program`: adb's path."""

    program: str
    attached: Attached

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"adb:{self.serial}"

    @property
    def serial(self) -> str:
        """Its serial number."""
        return self.attached.serial

    def adb(self, *words: str) -> list[str]:
        """The command `adb WORDS` for this phone."""
        return [self.program, *self.attached.selector, *words]

    def ask(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run `adb WORDS` to its end."""
        return run_adb(self.program, [*self.attached.selector, *words])

    def lost(self) -> DeviceError | None:
        """The error when it is no longer there, or was away."""
        done = self.ask("get-state")
        state = done.stdout.strip()
        if state == READY:
            return None
        how = f" (adb: {state or done.stderr.strip()})"
        return DeviceError(
            f"{self.name}: the connection was lost{how}", tip="check the cable, and wake the phone"
        )

    @contextmanager
    def forward(self, port: int) -> Iterator[int]:
        """A port of this machine that leads to `port` of the phone. Raises `DeviceError` when adb refuses."""
        done = self.ask("forward", "tcp:0", f"tcp:{port}")
        if done.returncode:
            raise DeviceError(f"{self.name}: adb forward: {done.stderr.strip()}", tip="adb reconnect")
        here = done.stdout.strip()
        try:
            yield int(here)
        finally:
            self.ask("forward", "--remove", f"tcp:{here}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdbShell:
    """A `Shell` on the phone.

    `package`: the app as which it runs, with `run-as`, which Android allows for debuggable apps; None: adb's own
    user. `before`: shell commands ahead of every script.
    """

    phone: Phone
    package: str | None = None
    before: str = ""

    @property
    def name(self) -> str:
        """How messages call the phone."""
        return self.phone.name

    def command(self, script: str) -> list[str]:
        """The local command that runs `script` on the phone; `diagnose` tells when the phone is gone."""
        words = f"{self.before}\n{script}" if self.before else script
        if self.package is not None:
            words = f"run-as {self.package} sh -c {shlex.quote(words)}"
        return self.phone.adb("shell", "-T", words)

    def diagnose(self, _code: int, _said: str) -> EdgesmithError | None:
        """The error when the phone is gone: adb's exit code is then 0 and it says nothing, as if the command had ended well."""
        return self.phone.lost()


def find_phone(address: DeviceAddress) -> Phone:
    """The phone of `adb:SERIAL`, or of `adb` the only one. Raises `DeviceError` when it cannot be used."""
    program = find_adb()
    serial = address.text.partition(":")[2] or None
    phone = Phone(program=program, attached=choose(attached(program), serial))
    features = phone.ask("features")
    if features.returncode:
        raise phone.lost() or DeviceError(f"{phone.name}: {features.stderr.strip()}", tip="adb reconnect")
    if _SHELL_PROTOCOL not in features.stdout.split():
        raise DeviceError(
            f"{phone.name}: its adb has no exit codes, so nothing that it says can be relied on",
            tip="Android 7 or newer is needed",
        )
    return phone
