"""A stand-in for phones and for the adb server that knows them; Debian's own `adb` is its client.

It speaks the host protocol of adb (AOSP, packages/modules/adb, OVERVIEW.TXT and SERVICES.TXT) and the shell
protocol version 2 (shell_protocol.h). A phone is a folder: its `data` and `system` are what commands find at `/data`
and `/system`, put in their place as text. No Android is in it: it shows what edgesmith does with adb, not what a
phone does.
"""

import os
import re
import selectors
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

VERSION = 41  # ADB_SERVER_VERSION of adb 29.0.6; another one makes the client kill and replace the server
_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = range(5)  # shell_protocol.h, ShellProtocol::Id
_ABSOLUTE = re.compile(r"(?<![\w./-])/(?=(data|system)/)")


@dataclass(slots=True, kw_only=True)
class Phone:
    """`state`, `features`: as adb has them. `programs`: what `adb shell` finds on its PATH, shell scripts by name."""

    root: Path
    serial: str = "PHONE1"
    state: str = "device"
    features: str = "shell_v2,cmd,stat_v2"
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)
    port_8022: int | None = None
    transport: int = 1

    def install(self, path: str, text: str) -> Path:
        """Put a shell script at an absolute path of the phone."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        """Run a command as adbd does without a terminal."""
        environment = {
            "PATH": f"{self.root}/system/bin:{os.environ['PATH']}",
            "HOME": "/",
            "STAND_IN": str(self.root),
        }
        process = subprocess.Popen(
            ["/bin/sh", "-c", _ABSOLUTE.sub(f"{self.root}/", command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def unplug(self) -> None:
        """Pull the cable: the server forgets the phone, and every connection with it ends."""
        self.state = "absent"
        for connection in self.sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        """Plug it in again: the same phone, another connection."""
        self.state, self.transport = "device", self.transport + 1

    def running(self) -> list["subprocess.Popen[bytes]"]:
        return [process for process in self.processes if process.poll() is None]


class Server:
    """The adb server. `port`: for ANDROID_ADB_SERVER_PORT. `commands`: what it was asked."""

    def __init__(self, phones: list[Phone]) -> None:
        self.phones = phones
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._forwards: dict[int, socket.socket] = {}
        self.commands: list[str] = []

    def serve(self) -> None:
        """Until closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        for listener in (self._listener, *self._forwards.values()):
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for phone in self.phones:
            phone.unplug()
            for process in phone.running():
                with suppress(ProcessLookupError):  # it has ended by itself
                    os.killpg(process.pid, signal.SIGKILL)

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, EOFError):
            phone: Phone | None = None
            while True:
                request = _read(connection, int(_read(connection, 4), 16)).decode()
                self.commands.append(request)
                if phone is not None and request.startswith("host:"):
                    self._for_phone(connection, phone, request.removeprefix("host:"))
                    return
                if phone is not None:
                    _serve_shell(connection, phone, request)
                    return
                phone = self._host(connection, request)
                if phone is None:
                    return
                phone.sockets.append(connection)

    def _host(self, connection: socket.socket, request: str) -> "Phone | None":
        """Answer; the phone when the connection is its own from now on."""
        if request == "host:version":
            _okay(connection, f"{VERSION:04x}")
            return None
        if request in ("host:devices-l", "host:devices"):
            _okay(connection, "".join(map(_line, self.phones)))
            return None
        transport = re.fullmatch(r"host:(transport|tport:serial|transport-id|tport:id):(.+)", request)
        serial = re.match(r"host-(?:serial|transport-id):([^:]+(?::\d+)?):(.+)", request)
        name = transport[2] if transport else serial[1] if serial else ""
        here = [phone for phone in self.phones if phone.state != "absent"]
        phone = next((one for one in here if name in (one.serial, str(one.transport))), None)
        if phone is None:
            _fail(connection, f"device '{name}' not found")
        elif serial and serial[2] == "get-state":
            _okay(connection, phone.state)
        elif phone.state != "device":
            _fail(connection, f"device {phone.state}")
        elif transport:
            connection.sendall(b"OKAY" + (struct.pack("<Q", 1) if transport[1].startswith("tport") else b""))
            return phone
        else:
            self._for_phone(connection, phone, serial[2] if serial else "")
        return None

    def _for_phone(self, connection: socket.socket, phone: Phone, service: str) -> None:
        if service == "features":
            _okay(connection, phone.features)
        elif service.startswith("forward:"):
            listener = socket.create_server(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            self._forwards[port] = listener
            threading.Thread(target=_forward, args=(listener, phone), daemon=True).start()
            connection.sendall(b"OKAY")
            _okay(connection, str(port))
        elif service.startswith("killforward:tcp:"):
            self._forwards.pop(int(service.rpartition(":")[2])).close()
            connection.sendall(b"OKAYOKAY")
        else:
            _fail(connection, f"unknown host service {service}")

    @property
    def forwards(self) -> list[int]:
        return list(self._forwards)


def _line(phone: Phone) -> str:
    if phone.state == "absent":
        return ""
    details = "product:shiba model:Stand_In device:shiba " if phone.state == "device" else ""
    return f"{phone.serial:22} {phone.state} usb:1-1 {details}transport_id:{phone.transport}\n"


def _serve_shell(connection: socket.socket, phone: Phone, service: str) -> None:
    words = re.fullmatch(r"shell,v2[^:]*:(.*)", service, re.DOTALL)
    if words is None:
        _fail(connection, f"no service {service!r}")
        return
    connection.sendall(b"OKAY")
    process = phone.start(words[1])
    reader = threading.Thread(target=_feed, args=(connection, process), daemon=True)
    reader.start()
    with suppress(OSError), selectors.DefaultSelector() as selector:
        for number, pipe in ((_STDOUT, process.stdout), (_STDERR, process.stderr)):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, number)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 65536)
                if data:
                    connection.sendall(struct.pack("<BI", key.data, len(data)) + data)
                else:
                    selector.unregister(key.fileobj)
        code = process.wait()
        connection.sendall(struct.pack("<BIB", _EXIT, 1, code if code >= 0 else 128 - code))
        # Closed with something unread, a connection is reset, and the client may never see the exit code.
        connection.shutdown(socket.SHUT_WR)
        reader.join()
        while connection.recv(65536):
            pass
    for pipe in (process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()


def _feed(connection: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    """The client's stdin to the process, until either ends."""
    assert process.stdin is not None
    with suppress(OSError, EOFError, ValueError), process.stdin as stdin:
        while True:
            kind, size = struct.unpack("<BI", _read(connection, 5))
            data = _read(connection, size)
            if kind == _CLOSE_STDIN:
                return
            if kind == _STDIN:
                stdin.write(data)
                stdin.flush()


def _forward(listener: socket.socket, phone: Phone) -> None:
    with suppress(OSError):
        while True:
            here, _ = listener.accept()
            phone.sockets.append(here)
            threading.Thread(target=_tunnel, args=(here, phone.port_8022), daemon=True).start()


def _tunnel(here: socket.socket, port: int | None) -> None:
    """Both ways until either end closes; where nothing listens the connection ends at once, as adb's do."""
    with here, suppress(OSError):
        if port is None:
            return
        with socket.create_connection(("127.0.0.1", port)) as there:
            back = threading.Thread(target=_pump, args=(there, here), daemon=True)
            back.start()
            _pump(here, there)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _okay(connection: socket.socket, text: str) -> None:
    connection.sendall(b"OKAY" + f"{len(text):04x}{text}".encode())


def _fail(connection: socket.socket, text: str) -> None:
    connection.sendall(b"FAIL" + f"{len(text):04x}{text}".encode())


@contextmanager
def run_server(phones: list[Phone]) -> Iterator[Server]:
    server = Server(phones)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
