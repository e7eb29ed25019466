"""The ways to a Python on a phone.

An app's files are its own: adb's user cannot read Termux's, unless the phone is rooted (`adb root`). What is left is
to become Termux, which Android lets `run-as` do for debuggable apps (the builds of Termux's own repository are,
those of F-Droid and Google Play are not), or to go through an ssh server that Termux runs.
"""

import shlex
import socket
from contextlib import ExitStack

from edgesmith.benchmarks.devices.adb.phone import AdbShell, Phone
from edgesmith.benchmarks.devices.remote.facts import DEFAULT_PYTHON
from edgesmith.benchmarks.devices.remote.shell import Shell, run
from edgesmith.benchmarks.devices.ssh.connection import Connection
from edgesmith.benchmarks.devices.ssh.host import Host

FOLDER = "/data/local/tmp"  # the one place where adb's user may store and execute files
_TERMUX = "com.termux"
_FILES = f"/data/data/{_TERMUX}/files"
_TERMUX_PYTHON = f"{_FILES}/usr/bin/python3"
SSH_PORT = 8022  # of Termux's sshd, which may not open a port below 1024
_GREETING_SECONDS = 5.0

# What Termux's login shell sets and its Python looks at (Termux wiki, "Termux file system layout").
_AS_TERMUX = f"export PREFIX={_FILES}/usr HOME={_FILES}/home TMPDIR={_FILES}/usr/tmp PATH={_FILES}/usr/bin:$PATH LANG=C.UTF-8"
_AS_ADB = f"export XDG_CACHE_HOME={FOLDER} HOME={FOLDER} TMPDIR={FOLDER}"


def find_python(phone: Phone, wanted: str | None, stack: ExitStack) -> tuple[Shell, str] | None:
    """A shell that runs a Python, and that Python's name there; None when no way leads to one.

    `wanted`: `--remote-python`. `stack`: closes the shell. Raises `DeviceError` when the phone goes, and when an ssh
    server is there that does not let this user in.
    """
    python = wanted or _TERMUX_PYTHON
    for shell in (
        AdbShell(phone=phone, before=_AS_ADB),
        AdbShell(phone=phone, package=_TERMUX, before=_AS_TERMUX),
    ):
        if _runs(shell, python):
            return shell, python
    port = stack.enter_context(phone.forward(SSH_PORT))
    if not _greets(port):
        return None
    return stack.enter_context(Connection(_host(phone, port))), wanted or DEFAULT_PYTHON


def _runs(shell: AdbShell, python: str) -> bool:
    return run(shell, f"{shlex.quote(python)} -c 'print(1)'").stdout.strip() == "1"


def _greets(port: int) -> bool:
    """Whether an ssh server is at the other end (RFC 4253, 4.2); adb takes the connection in any case."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_GREETING_SECONDS) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _host(phone: Phone, port: int) -> Host:
    alias = f"adb-{phone.serial.replace(':', '-').lower()}"  # ssh too writes names in small letters
    forward = f"adb -s {phone.serial} forward tcp:{SSH_PORT} tcp:{SSH_PORT}"
    return Host(
        name=phone.name,
        target=f"ssh://127.0.0.1:{port}",
        known_as=alias,
        # The port is another one each time, so the key is kept under a name. adb has proved by a key of its own that
        # this is the phone: the first answer may be trusted.
        options={"HostKeyAlias": alias, "StrictHostKeyChecking": "accept-new"},
        key_tip=f"passwd in Termux; then here: {forward} && ssh-copy-id -p {SSH_PORT} 127.0.0.1",
        lost_tip="check the cable, and whether Android has stopped Termux: termux-wake-lock keeps it",
    )
