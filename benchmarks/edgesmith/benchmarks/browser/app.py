"""The server of the page: its files, the models, and the two addresses that it posts to. All of it below a secret path."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from edgesmith.benchmarks.browser.config import Served
from edgesmith.benchmarks.browser.events import AnyEvent, EventError, read_events, read_registration
from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.browser.session import FullSessionError, Session
from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.problems import PROBLEM_HANDLERS, SCHEMA, Handler, RefusedError
from edgesmith.runtime.web.security import Guard
from edgesmith.runtime.web.wholebody import WholeBody

MAX_BODY_BYTES = 1024 * 1024
PAGE = "bench.html"

_MAX_MESSAGE = 400  # characters of an error: what is wrong may itself be long

Heard = Callable[[Phone, Sequence[AnyEvent]], None]


def _nobody(phone: Phone, events: Sequence[AnyEvent]) -> None:
    """Tell nobody."""


def bench_app(
    session: Session, served: Served, assets: PageAssets, *, names: Sequence[str], heard: Heard = _nobody
) -> ASGIApp:
    """The application. `names`: hosts that it answers for.

    `heard` is told of a phone that registers, with no events, and of the new events of each, once they are kept.
    """
    desk = _Desk(session, served, assets, heard)
    routes = [
        Route("/", desk.page),
        Route("/static/{name:path}", desk.static),
        Route("/config.json", JSONResponse(served.config), methods=["GET"]),
        Route("/models/{index:int}", desk.model),
        Route("/images/{index:int}", desk.picture),
        Route("/devices", desk.register, methods=["POST"]),
        Route("/devices/{device}/events", desk.take, methods=["POST"]),
    ]
    app = Starlette(
        routes=[Mount(f"/{session.kept.token}", routes=routes)],
        exception_handlers=PROBLEM_HANDLERS | _HANDLERS,
    )
    return Guard(app, names=names, max_body_bytes=MAX_BODY_BYTES)


class _Desk:
    """One method an address, but for `config.json`, which is the same for everyone."""

    def __init__(self, session: Session, served: Served, assets: PageAssets, heard: Heard) -> None:
        self._session, self._served, self._assets, self._heard = session, served, assets, heard

    async def page(self, request: Request) -> Response:
        return self._assets.response(PAGE, request)

    async def static(self, request: Request) -> Response:
        return self._assets.response(request.path_params["name"], request)

    async def model(self, request: Request) -> Response:
        return _bytes(self._served.models, request)

    async def picture(self, request: Request) -> Response:
        return _bytes(self._served.pictures, request)

    async def register(self, request: Request) -> Response:
        try:
            phone = self._session.register(read_registration(await _document(request)))
        except FullSessionError as error:
            raise RefusedError(429, str(error), tip=error.tip) from error
        self._heard(phone, ())
        return JSONResponse({"device": phone.head.device}, status_code=201)

    async def take(self, request: Request) -> Response:
        phone = self._session.phones.get(request.path_params["device"])
        if phone is None:
            raise RefusedError(404, "no such device", tip="register anew")
        new = phone.take(read_events(await _document(request)))
        if new:
            self._heard(phone, new)
        return JSONResponse({"acknowledged": phone.acknowledged})


async def _document(request: Request) -> Any:
    """The body as JSON, whatever its Content-Type: `navigator.sendBeacon` has its own. Raises `EventError`."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise EventError(f"the body is not JSON: {error}", seq=None) from error


def _bytes(contents: Sequence[bytes], request: Request) -> Response:
    index = request.path_params["index"]
    if index >= len(contents):
        raise RefusedError(404, f"there are {len(contents)} of them, numbered from 0")
    return WholeBody(contents[index], media_type="application/octet-stream")


async def _refused(_: Request, error: EventError) -> Response:
    document = {"schema": SCHEMA, "error": error.message[:_MAX_MESSAGE], "tip": None, "seq": error.seq}
    return JSONResponse(document, status_code=422)


async def _not_kept(_: Request, error: OutputError) -> Response:
    """The disk is full, say: the page keeps what it has and tries again."""
    # Its message names a path of this machine, which is nobody's business.
    document = {
        "schema": SCHEMA,
        "error": "what was posted cannot be kept here",
        "tip": error.tip,
        "seq": None,
    }
    return JSONResponse(document, status_code=507)


_HANDLERS: dict[Any, Handler] = {EventError: _refused, OutputError: _not_kept}
