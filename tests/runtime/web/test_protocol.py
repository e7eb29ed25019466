import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from edgesmith.runtime.web.protocol import GuardedProtocol
from edgesmith.runtime.web.site import Site

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
HELLO = PlainTextResponse("hello")


@pytest.fixture(scope="module")
def site(running: Callable[..., Any]) -> Iterator[Site]:
    with running(HELLO) as running_site:
        yield running_site


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_seconds", 0.3)
    monkeypatch.setattr(GuardedProtocol, "body_seconds", 0.6)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock of the server's ends a connection before the client gives up."""
    monkeypatch.setattr(GuardedProtocol, "head_seconds", 60.0)


def _cut(say: Callable[..., bytes], site: Site, request: bytes) -> bytes:
    """What came before the server ended the connection."""
    began = time.monotonic()
    got = say(site, request, patience=20)
    assert time.monotonic() - began < 15, "the client gave up, not the server"
    return got


def test_an_ordinary_request(site: Site, say: Callable[..., bytes]) -> None:
    assert say(site, HEAD + b"Connection: close\r\n\r\n").endswith(b"hello")


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(2000)), id="many headers"),
        pytest.param(b"X: " + b"y" * 300_000, id="one header without end"),
    ],
)
def test_header_floods(site: Site, say: Callable[..., bytes], patient: None, flood: bytes) -> None:
    got = _cut(say, site, HEAD + flood)
    assert got == b"" or got.startswith(b"HTTP/1.1 431 "), "refused, or cut while it was still sending"
    assert say(site, HEAD + b"Connection: close\r\n\r\n").endswith(b"hello")


def test_the_refusal_is_a_problem(
    site: Site, say: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, conforms: Callable[[Any], None]
) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_bytes", 100)
    head, _, body = say(site, HEAD + b"X: " + b"y" * 1000).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert f"content-length: {len(body)}".encode() in head.split(b"\r\n")
    conforms(json.loads(body))


def test_an_address_without_end(site: Site, say: Callable[..., bytes], patient: None) -> None:
    got = _cut(say, site, b"GET /" + b"a" * 1_000_000)
    assert got == b"" or got.split()[1] in (b"431", b"400")


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HT", id="half a line"),
        pytest.param(HEAD, id="half the headers"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx", id="half the body"),
    ],
)
def test_whoever_falls_silent_is_cut(
    site: Site, say: Callable[..., bytes], impatient: None, beginning: bytes
) -> None:
    began = time.monotonic()
    say(site, beginning, patience=5)
    assert time.monotonic() - began < 3


def test_a_request_behind_another_gets_its_own_time(
    site: Site, say: Callable[..., bytes], impatient: None
) -> None:
    got = say(site, HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n")
    assert got.count(b"hello") == 2


def test_empty_lines_buy_no_time(site: Site, impatient: None) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall(HEAD + b"\r\n")
        received = b""
        while not received.endswith(b"hello"):
            data = connection.recv(65536)
            assert data
            received += data
        connection.sendall(b"\r\n")
        assert connection.recv(65536) == b"", "the server ends it; else this is a TimeoutError"


def test_too_many_connections(site: Site, say: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedProtocol, "most_connections", 0)
    assert say(site, HEAD + b"\r\n") == b""


@pytest.mark.parametrize(
    "rubbish",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\xff" * 100 + b"\r\n\r\n"],
    ids=["TLS", "no request", "bytes"],
)
def test_what_is_no_http(site: Site, say: Callable[..., bytes], rubbish: bytes) -> None:
    assert say(site, rubbish).startswith(b"HTTP/1.1 400 ")
