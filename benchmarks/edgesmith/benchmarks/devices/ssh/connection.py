"""One authenticated connection, which all processes on the device share (ssh_config(5), ControlMaster)."""

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from edgesmith.benchmarks.devices.ssh.explain import CONNECTION_FAILED, explain
from edgesmith.benchmarks.devices.ssh.host import Host
from edgesmith.runtime.errors import DeviceError, EdgesmithError

_READY = "edgesmith-ready"
CONNECT_SECONDS, ALIVE_SECONDS, ALIVE_COUNT = 10, 5, 3
# A socket's path may have 107 bytes (unix(7)), and ssh makes one from ControlPath with 17 more.
_LONGEST_FOLDER = 70

# What a user's config may ask for and a program that reads the answers cannot use.
_OPTIONS = {
    "BatchMode": "yes",  # fail instead of asking for a password
    "ConnectTimeout": str(CONNECT_SECONDS),
    "ServerAliveInterval": str(ALIVE_SECONDS),
    "ServerAliveCountMax": str(ALIVE_COUNT),
    "LogLevel": "ERROR",
    "RequestTTY": "no",
    "RemoteCommand": "none",
    "PermitLocalCommand": "no",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "ControlPersist": "no",
}

# Where the shared connection is gone, ssh would quietly make one of its own; this is what it then connects through.
_NO_NEW_CONNECTION = "exec false"


class Connection:
    """Stays open until the `with` block ends. When it ends, or this process does, so do all commands in it."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def name(self) -> str:
        """How messages call the device."""
        return self._host.name

    def __enter__(self) -> "Connection":
        """Connect. Raises `DeviceError` saying why that is not possible."""
        program = shutil.which("ssh")
        if program is None:
            raise DeviceError("there is no ssh here", tip="sudo apt install openssh-client")
        self._program = program
        self._folder = _short_folder()
        self._stderr = tempfile.TemporaryFile()
        # `cat` reads until this end closes its stdin, so a controller that is killed leaves no connection behind.
        self._process = subprocess.Popen(  # noqa: S603 - a list, no shell here
            [*self._client("yes"), f"echo {_READY}; exec cat > /dev/null"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def command(self, script: str) -> list[str]:
        """The local command that runs the POSIX shell script `script` on the device.

        Raises `DeviceError` when the connection is lost.
        """
        if self._process.poll() is not None:
            raise explain(self._host, self._last_words(), connected=True)
        return [*self._client("no"), f"sh -c {shlex.quote(script)}"]

    def diagnose(self, code: int, said: str) -> EdgesmithError | None:
        """The error when a command ended because the connection did; None when it ended by itself."""
        if code != CONNECTION_FAILED:
            return None
        if self._process.poll() is not None:  # then the shared connection's own last words say more
            said = f"{said}\n{self._last_words()}"
        return explain(self._host, said, connected=True)

    def _client(self, master: str) -> list[str]:
        options = {
            **_OPTIONS,
            **self._host.options,
            "ControlMaster": master,
            "ControlPath": str(self._folder / "s"),
        }
        if master == "no":
            options["ProxyCommand"] = _NO_NEW_CONNECTION
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return [self._program, *words, "--", self._host.target]

    def _wait_until_ready(self) -> None:
        if self._process.stdout is None:
            raise RuntimeError("ssh has no pipes")
        for line in self._process.stdout:
            if line.strip() == _READY:  # before it there may be a login shell's greeting
                return
        self._process.wait()
        raise explain(self._host, self._last_words(), connected=False)

    def _last_words(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace").strip()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="edgesmith-"))
    if len(str(folder)) <= _LONGEST_FOLDER:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="edgesmith-", dir="/tmp"))
