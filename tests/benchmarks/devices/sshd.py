"""A real sshd on a free port, as the current user, with keys of its own; nothing of ~/.ssh is read or written."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_SSHD = "/usr/sbin/sshd"  # an ordinary user's PATH has no sbin; sshd wants to be called by its whole path
_SEPARATION = Path("/run/sshd")  # privilege separation folder of Debian's sshd, which root's needs


def missing_requirement() -> str | None:
    """Why no sshd can be run here, or None."""
    if not Path(_SSHD).is_file():
        return "no sshd; `apt-get install openssh-server` brings it"
    if shutil.which("ssh") is None:
        return "no ssh; `apt-get install openssh-client` brings it"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sshd:
    """`folder` holds keys, configuration and the `ssh` that reads them; `cache` is the device's own folder."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def trust(self, key: Path) -> None:
        """Make this the host key that the client expects."""
        words = key.read_text().split()[:2]
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {' '.join(words)}\n")

    def identify_with(self, key: Path) -> None:
        """Make this the client's key."""
        (self.folder / "config").write_text(
            f"IdentityFile {key}\nIdentitiesOnly yes\nGlobalKnownHostsFile /dev/null\n"
            f"UserKnownHostsFile {self.folder / 'known_hosts'}\n"
        )

    def drop_connections(self) -> None:
        """Kill the server's end of every connection, as a device does that loses its power."""
        for pid in _children(self.process.pid):
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(pid, signal.SIGKILL)

    def workers(self) -> list[int]:
        """The processes that measure on this device."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment, words = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
            if str(self.cache).encode() in environment and b"benchmarks.worker" in words:
                found.append(int(entry.name))
        return found

    def wait_for_no_workers(self, seconds: float = 20) -> list[int]:
        """The processes that still measure after that time."""
        end = time.monotonic() + seconds
        while self.workers() and time.monotonic() < end:
            time.sleep(0.1)
        return self.workers()


class CutOff:
    """A benchmark's progress that breaks the connection in the middle of the samples."""

    def __init__(self, sshd: Sshd, share: float = 0.4) -> None:
        self.sshd, self.share = sshd, share

    @contextmanager
    def bar(self, stage: str, total: float, /) -> Iterator[Callable[[float], None]]:
        def show(done: float) -> None:
            if stage == "samples" and done >= self.share * total:
                self.sshd.drop_connections()

        yield show

    def track(self, items: Sequence[T], _stage: str, /) -> Iterator[T]:
        return iter(items)


def make_key(file: Path) -> Path:
    """A new key; its public half is at `file.pub`."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)  # noqa: S607 - the one on PATH
    return file.with_name(f"{file.name}.pub")


@contextmanager
def run_sshd(folder: Path) -> Iterator[Sshd]:
    host, user = make_key(folder / "host_key"), make_key(folder / "id")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if os.getuid() == 0:
        _SEPARATION.mkdir(exist_ok=True)
    (folder / "sshd.conf").write_text(_configuration(folder, port, user))
    wrapper = folder / "bin" / "ssh"
    wrapper.parent.mkdir()
    # ssh takes its folder from the user database, not from HOME: only -F keeps it away from ~/.ssh.
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
    wrapper.chmod(0o755)
    command = [_SSHD, "-D", "-f", str(folder / "sshd.conf"), "-E", str(folder / "log")]
    with subprocess.Popen(command) as process:
        sshd = Sshd(folder=folder, port=port, process=process)
        try:
            sshd.trust(host)
            sshd.identify_with(folder / "id")
            _wait_for(sshd)
            yield sshd
        finally:
            try:
                sshd.drop_connections()
            finally:
                process.kill()


def _configuration(folder: Path, port: int, user: Path) -> str:
    return f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {user}
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin yes
MaxSessions 4
SetEnv XDG_CACHE_HOME={folder}/cache
"""


def _wait_for(sshd: Sshd) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", sshd.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"sshd did not start: {(sshd.folder / 'log').read_text()}")


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found
