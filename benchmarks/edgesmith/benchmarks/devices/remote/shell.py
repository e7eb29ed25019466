"""A way to run commands on another machine."""

import subprocess
import tempfile
from typing import IO, Protocol

from edgesmith.benchmarks.devices.program import captured
from edgesmith.runtime.errors import EdgesmithError


class Shell(Protocol):
    """Runs POSIX shell scripts there, with stdin, stdout, stderr and exit codes of their own.

    What runs there ends with the connection, or sees its stdin closed.
    """

    @property
    def name(self) -> str:
        """How messages call the device."""

    def command(self, script: str) -> list[str]:
        """The local command that runs `script` on the device. Raises `DeviceError` when the device is gone."""

    def diagnose(self, code: int, said: str, /) -> EdgesmithError | None:
        """The error when a command ended because the connection did; None when it ended by itself.

        `code`, `said`: exit code and stderr of `command`.
        """


def run(shell: Shell, script: str, *, stdin: bytes = b"") -> "subprocess.CompletedProcess[str]":
    """Run `script` to its end. Raises `DeviceError` when the connection is lost."""
    with tempfile.TemporaryFile() as words:
        words.write(stdin)
        words.seek(0)
        done = captured(shell.command(script), stdin=words)
    lost = shell.diagnose(done.returncode, done.stderr)
    if lost is not None:
        raise lost
    return done


def start(shell: Shell, script: str, *, stderr: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start `script`, to talk with. Raises `DeviceError` when the device is gone."""
    return subprocess.Popen(  # noqa: S603 - a list for ssh or adb; only the device's shell reads `script`, whose parts are quoted
        shell.command(script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
    )
