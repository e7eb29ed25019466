"""The server as a process of its own: a thousand hostile requests, and its memory, its stderr and its answers after."""

import concurrent.futures
import http.client
import io
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    process: "subprocess.Popen[str]"
    port: int

    @property
    def memory(self) -> int:
        """Resident, bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])

    @property
    def accepted(self) -> int:
        """Requests that wait or are worked on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/health")
        number: int = json.loads(connection.getresponse().read())["accepted"]
        connection.close()
        return number

    def post(self, body: bytes, content_type: str = "image/png") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/classify", body=body, headers={"content-type": content_type})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except ConnectionError:  # it answered, and closed, while we were still sending
            return 0
        finally:
            connection.close()


@pytest.fixture
def server(
    models: dict[str, Path], serve_process: Callable[..., Any], serve_document: Callable[..., dict[str, Any]]
) -> Callable[..., Any]:
    @contextmanager
    def start(*words: str) -> Iterator[Running]:
        with serve_process(str(models["float tflite"]), "--json", *words) as process:
            port = urlsplit(serve_document(process)["classify"]).port
            assert port is not None
            yield Running(process=process, port=port)

    return start


def _noise(side: int, kind: str) -> bytes:
    written = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(written, kind)
    return written.getvalue()


def _damaged(good: bytes, drawn: random.Random) -> bytes:
    """A picture with some bytes changed, cut, or doubled."""
    body = bytearray(good)
    for _ in range(drawn.randint(1, 20)):
        body[drawn.randrange(len(body))] = drawn.randrange(256)
    start = drawn.randrange(len(body))
    return bytes(body[:start] if drawn.random() < 0.3 else body + body[start:])


def test_a_thousand_damaged_pictures(server: Callable[..., Any]) -> None:
    drawn = random.Random(8)
    pictures = [_noise(side, kind) for side in (40, 300) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP")]
    bodies = [_damaged(pictures[number % len(pictures)], drawn) for number in range(1000)]
    with server("--workers", "2") as running, concurrent.futures.ThreadPoolExecutor(8) as clients:
        first = list(clients.map(running.post, bodies[:300]))
        memory = running.memory
        rest = list(clients.map(running.post, bodies[300:]))
        assert set(first + rest) <= {200, 413, 415, 422}
        assert len({200, 415, 422} & set(first)) == 3, "the requests are of all kinds"
        assert running.memory - memory < 32 * MIB
        assert running.post(pictures[0]) == 200


def test_large_bodies_leave_no_memory(server: Callable[..., Any]) -> None:
    near_boundary = b'--a\r\nContent-Disposition: form-data; name="image"\r\n\r\n' + b"\r\n--aa" * 3_000_000
    with server("--workers", "1") as running:
        assert running.post(_noise(2000, "PNG")) == 200
        memory = running.memory
        for _ in range(4):
            assert running.post(near_boundary, "multipart/form-data; boundary=a") == 400
            assert running.post(bytes(19 * MIB)) == 415
            assert running.post(bytes(30 * MIB)) in (413, 0)
            assert running.post(_noise(2000, "PNG")) == 200
        assert running.memory - memory < 64 * MIB


def test_silent_connections_keep_nobody_out(server: Callable[..., Any]) -> None:
    good = _noise(40, "PNG")
    head = b"POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
    with server() as running:
        waiting = []
        try:
            for number in range(400):
                connection = socket.create_connection(("127.0.0.1", running.port), timeout=10)
                connection.sendall((b"", b"GET / HT", head)[number % 3])
                waiting.append(connection)
            began = time.monotonic()
            assert running.post(good) == 200
            assert time.monotonic() - began < 5
        finally:
            for connection in waiting:
                connection.close()


def test_sigterm_under_load_loses_no_answer(server: Callable[..., Any]) -> None:
    body = _noise(1500, "PNG")
    with server("--workers", "1") as running, concurrent.futures.ThreadPoolExecutor(8) as clients:
        futures = [clients.submit(running.post, body) for _ in range(8)]
        while (accepted := running.accepted) < 3:
            assert not all(future.done() for future in futures), "never three at a time"
            time.sleep(0.01)
        running.process.send_signal(signal.SIGTERM)
        statuses = [future.result(60) for future in futures]
    assert set(statuses) <= {200, 503, 0}, "0: not connected yet"
    assert statuses.count(200) >= accepted
