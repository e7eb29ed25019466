import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgesmith.runtime.web.problems import PROBLEM_HANDLERS, RefusedError
from edgesmith.runtime.web.site import Site


async def _refuse(_: Request) -> Response:
    raise RefusedError(429, "too many", tip="wait", headers={"retry-after": "3"})


async def _fail(_: Request) -> Response:
    raise RuntimeError("the secret place of this machine")


APP = Starlette(
    routes=[Route("/refuse", _refuse), Route("/fail", _fail)], exception_handlers=PROBLEM_HANDLERS
)


@pytest.fixture(scope="module")
def site(running: Callable[..., Any]) -> Iterator[Site]:
    with running(APP) as running_site:
        yield running_site


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("GET /refuse", 429, "too many"),
        ("GET /absent", 404, "Not Found"),
        ("DELETE /refuse", 405, "Method Not Allowed"),
    ],
)
def test_problems_are_json(
    site: Site,
    ask: Callable[..., Any],
    line: str,
    status: int,
    error: str,
    conforms: Callable[[Any], None],
) -> None:
    method, path = line.split()
    got, headers, body = ask(site, path, method=method)
    document = json.loads(body)
    conforms(document)
    assert (got, document["error"]) == (status, error)
    assert list(document) == ["schema", "error", "tip"]
    assert headers["content-type"] == "application/json"
    assert headers.get("retry-after") == ("3" if status == 429 else None)
    assert ("allow" in headers) is (status == 405)


def test_a_defect_says_nothing_of_itself(
    site: Site, ask: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    status, _, body = ask(site, "/fail")
    assert status == 500
    assert b"secret" not in body
    assert b"Traceback" not in body
    until = time.monotonic() + 10  # it is written after the answer has gone
    while "the secret place" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    assert "the secret place" in caplog.text, "its traceback is for the terminal"
