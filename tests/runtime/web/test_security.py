import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from edgesmith.runtime.web.problems import PROBLEM_HANDLERS
from edgesmith.runtime.web.security import SECURITY_HEADERS, Guard
from edgesmith.runtime.web.site import Site

NAMES = ("localhost", "127.0.0.1", "::1")
LIMIT = 1000


async def _count(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


async def _cached(_: Request) -> Response:
    return Response("x", headers={"cache-control": "no-cache"})


def _guarded(**options: Any) -> ASGIApp:
    routes = [Route("/count", _count, methods=["GET", "POST"]), Route("/cached", _cached)]
    app = Starlette(routes=routes, exception_handlers=PROBLEM_HANDLERS)
    return Guard(app, names=NAMES, max_body_bytes=LIMIT, **options)


@pytest.fixture(scope="module")
def site(running: Callable[..., Any]) -> Iterator[Site]:
    with running(_guarded()) as running_site:
        yield running_site


@pytest.mark.parametrize("path", ["/count", "/absent"], ids=["answer", "problem"])
def test_every_answer_has_the_headers(site: Site, ask: Callable[..., Any], path: str) -> None:
    _, headers, _ = ask(site, path)
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "server" not in headers


def test_an_own_header_stays(site: Site, ask: Callable[..., Any]) -> None:
    assert ask(site, "/cached")[1]["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("127.0.0.1:8765", 200),
        ("[::1]:8765", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("localhost:80:80", 421),
        ("localhost:evil", 421),
        ("", 421),
        ("::1", 421),
    ],
)
def test_host(site: Site, ask: Callable[..., Any], host: str, status: int) -> None:
    assert ask(site, "/count", headers={"host": host})[0] == status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        pytest.param(b"", b"421", id="none"),
        pytest.param(b"Host: localhost\r\nHost: evil.example\r\n", b"421", id="two"),
        pytest.param(b"Host: localhost\r\n", b"200", id="one"),
    ],
)
def test_how_many_hosts(site: Site, say: Callable[..., bytes], lines: bytes, status: bytes) -> None:
    got = say(site, b"GET /count HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n")
    assert got.split()[1] == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8765", 200),
        ("https://127.0.0.1", 200),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_pages_of_other_sites(site: Site, ask: Callable[..., Any], origin: str, status: int) -> None:
    got, _, body = ask(site, "/count", method="POST", body=b"x", headers={"origin": origin})
    assert got == status
    assert b"evil" not in body


class TestBody:
    def test_at_the_limit(self, site: Site, ask: Callable[..., Any]) -> None:
        status, _, body = ask(site, "/count", method="POST", body=b"x" * LIMIT)
        assert (status, json.loads(body)) == (200, {"bytes": LIMIT})

    def test_an_announced_one_above_it_is_not_read(self, site: Site, say: Callable[..., bytes]) -> None:
        head = b"POST /count HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n"
        assert say(site, head).startswith(b"HTTP/1.1 413 ")

    def test_one_of_unknown_length_is_cut(self, site: Site, say: Callable[..., bytes]) -> None:
        head = b"POST /count HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"1f4\r\n" + b"x" * 500 + b"\r\n"
        got = say(site, head + chunk * 3 + b"0\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 413 ")
        assert b"1000 bytes allowed" in got

    def test_a_slow_one(self, running: Callable[..., Any], say: Callable[..., bytes]) -> None:
        head = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
        began = time.monotonic()
        with running(_guarded(body_seconds=0.2)) as site:
            got = say(site, head + b"x")
        assert got.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in got.lower()
        assert time.monotonic() - began < 4

    def test_after_413_the_connection_serves_on(self, site: Site, say: Callable[..., bytes]) -> None:
        large = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000
        small = b"GET /count HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        got = say(site, large, small)
        assert got.startswith(b"HTTP/1.1 413 ")
        assert b"HTTP/1.1 200 " in got


def test_what_is_no_http_is_not_answered(site: Site, say: Callable[..., bytes]) -> None:
    upgrade = (
        b"GET /count HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert b"101" not in say(site, upgrade, patience=1).split(b"\r\n")[0]


def test_the_policy_names_no_stranger() -> None:
    policy = SECURITY_HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not {"http:", "https:", "*", "'unsafe-inline'", "'unsafe-eval'"} & set(
        policy.replace(";", " ").split()
    )
