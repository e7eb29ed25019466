from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgesmith.runtime.web.wholebody import WholeBody


@pytest.mark.parametrize("size", [0, 1, 65536, 200_001])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whole(running: Callable[..., Any], ask: Callable[..., Any], size: int, method: str) -> None:
    content = bytes(number % 251 for number in range(size))

    async def give(_: Request) -> Response:
        return WholeBody(content, media_type="application/octet-stream")

    with running(Starlette(routes=[Route("/", give)])) as site:
        status, headers, body = ask(site, "/", method=method)
    assert (status, int(headers["content-length"])) == (200, size)
    assert body == (content if method == "GET" else b"")
