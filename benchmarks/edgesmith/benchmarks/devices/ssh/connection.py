"""One authenticated connection, which all processes on the device share (ssh_config(5), ControlMaster)."""

import ipaddress
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from edgesmith.benchmarks.devices.program import end
from edgesmith.benchmarks.devices.ssh.explain import CONNECTION_FAILED, explain
from edgesmith.benchmarks.devices.ssh.host import Host
from edgesmith.runtime.errors import DeviceError, EdgesmithError

_READY = "edgesmith-ready"
LOGIN_SECONDS = 60.0  # an emulated board takes ten
CONNECT_SECONDS, ALIVE_SECONDS, ALIVE_COUNT = 10, 5, 3
# A socket's path may have 107 bytes (unix(7)), and ssh makes one from ControlPath with 17 more.
_LONGEST_FOLDER = 70
# What ControlPath takes as it stands: ssh splits at blanks and expands `%` and `${}` in it.
_PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)

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
_NO_NEW_CONNECTION = "false"


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
        self._process = subprocess.Popen(  # noqa: S603 - a list for ssh, which no shell of this machine reads; the address was checked
            [*self._client(ControlMaster="yes"), f"echo {_READY} $SSH_CONNECTION; exec cat > /dev/null"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            errors="replace",
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
        return [*self._shared(ProxyCommand=self._inner), f"sh -c {shlex.quote(script)}"]

    def diagnose(self, code: int, said: str) -> EdgesmithError | None:
        """The error when a command ended because the connection did; None when it ended by itself."""
        if code != CONNECTION_FAILED:
            return None
        if self._process.poll() is not None:  # then the shared connection's own last words say more
            said = f"{said}\n{self._last_words()}"
        return explain(self._host, said, connected=True)

    def _shared(self, *words: str, **options: str) -> list[str]:
        return self._client(*words, ControlMaster="no", **options)

    def _client(self, *words: str, **options: str) -> list[str]:
        all_options = {**_OPTIONS, **self._host.options, "ControlPath": str(self._folder / "s"), **options}
        given = [word for name, value in all_options.items() for word in ("-o", f"{name}={value}")]
        return [self._program, *given, *words, "--", self._host.target]

    def _wait_until_ready(self) -> None:
        timer = threading.Timer(LOGIN_SECONDS, self._process.kill)
        timer.start()
        try:
            ends = self._ready_line()
        finally:
            timer.cancel()
        if ends is not None:
            self._inner = self._inner_proxy(sshd_of(ends))
            return
        if self._process.wait() == -signal.SIGKILL:
            raise DeviceError(
                f"{self.name}: the login was not through after {LOGIN_SECONDS:g} seconds",
                tip="its login shell may wait for input: `ssh DEVICE true` must end by itself",
            )
        raise explain(self._host, self._last_words(), connected=False)

    def _ready_line(self) -> list[str] | None:
        """The words after `_READY`; None when the connection ended before."""
        if self._process.stdout is None:
            raise RuntimeError("ssh has no pipes")
        for line in self._process.stdout:
            first, *ends = line.split() or [""]
            if first == _READY:  # before it there may be a login shell's greeting
                return ends
        return None

    def _inner_proxy(self, sshd: str | None) -> str:
        """The ProxyCommand of a command for which the server opens no more sessions (sshd_config(5), MaxSessions, 10).

        It gets a connection to `sshd` inside the shared one, which ends with it.
        """
        if sshd is None:
            return _NO_NEW_CONNECTION
        words = self._shared("-W", sshd, ProxyCommand=_NO_NEW_CONNECTION)
        return shlex.join(words).replace("%", "%%")

    def _last_words(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace").strip()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._process)
        self._stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def sshd_of(ends: Sequence[str]) -> str | None:
    """Where the device's sshd listens, as `ssh -W` has it. `ends`: of `SSH_CONNECTION` (ssh(1)): client, port, server, port.

    They come from the device, and what is made of them goes to a shell here. None for what they are not.
    """
    try:
        server, port = ipaddress.ip_address(ends[2]), int(ends[3])
    except (ValueError, IndexError):
        return None
    return f"[{server}]:{port}" if server.version == 6 else f"{server}:{port}"


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="edgesmith-"))
    if len(str(folder)) <= _LONGEST_FOLDER and _PLAIN.fullmatch(str(folder)):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="edgesmith-", dir="/tmp"))
