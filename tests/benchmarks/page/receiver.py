"""The pages as both servers give them out, before a server that keeps what is posted, and may forget it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.problems import PROBLEM_HANDLERS
from edgesmith.runtime.web.security import Guard
from edgesmith.runtime.web.server import WebServer
from edgesmith.runtime.web.site import Site, open_site

FOLDER = "visit"
MAX_BODY_BYTES = 1_000_000


@dataclass
class Receiver:
    """`page`: its file name. `config`: its config.json. `contents`: model files. `images`: raw pixels.

    `extra`: further scripts of a test, below `static/test/`. What is posted is in `devices` (names by device) and
    `events` (by device, then by number).
    """

    page: str
    config: dict[str, Any]
    contents: list[bytes] = field(default_factory=list)
    images: list[bytes] = field(default_factory=list)
    extra: dict[str, bytes] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    events: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    requested: list[str] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Events of all devices, in their order."""
        return [
            event
            for events in list(self.events.values())  # phones register meanwhile
            for _, event in sorted(events.items())
            if event["type"] == kind
        ]

    def app(self) -> Any:
        """The whole application behind the guard of both servers."""
        self._assets = PageAssets()
        routes = [
            Mount(
                f"/{FOLDER}",
                routes=[
                    Route("/", self._index),
                    Route("/static/test/{name}", self._extra),
                    Route("/static/{name:path}", self._static),
                    Route("/config.json", self._config),
                    Route("/models/{index:int}", self._model),
                    Route("/images/{index:int}", self._image),
                    Route("/devices", self._register, methods=["POST"]),
                    Route("/devices/{device}/events", self._receive, methods=["POST"]),
                ],
            ),
            Route("/classify", self._classify, methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers=PROBLEM_HANDLERS)

    async def _index(self, request: Request) -> Response:
        return self._assets.response(self.page, request)

    async def _static(self, request: Request) -> Response:
        self.requested.append(request.path_params["name"])
        return self._assets.response(request.path_params["name"], request)

    async def _extra(self, request: Request) -> Response:
        return Response(self.extra[request.path_params["name"]], media_type="text/javascript")

    async def _config(self, _: Request) -> Response:
        return JSONResponse(self.config)

    async def _model(self, request: Request) -> Response:
        content = self.contents[request.path_params["index"]]
        return Response(content, media_type="application/octet-stream")

    async def _image(self, request: Request) -> Response:
        return Response(self.images[request.path_params["index"]], media_type="application/octet-stream")

    async def _register(self, request: Request) -> Response:
        device = f"device{len(self.devices) + 1}"
        self.devices[device] = (await request.json())["name"]
        self.events[device] = {}
        return JSONResponse({"device": device}, status_code=201)

    async def _receive(self, request: Request) -> Response:
        kept = self.events.get(request.path_params["device"])
        if kept is None:
            return JSONResponse({"error": "unknown device", "seq": None}, status_code=404)
        for event in json.loads(await request.body())["events"]:
            # Sent twice is one thing; one number for two events would lose one of them.
            assert kept.get(event["seq"], event) == event
            kept[event["seq"]] = event
        acknowledged = 0
        while acknowledged + 1 in kept:
            acknowledged += 1
        return JSONResponse({"acknowledged": acknowledged})

    async def _classify(self, request: Request) -> Response:
        self.requested.append(f"classify {request.headers['content-type']} {len(await request.body())}")
        return JSONResponse(self.answer)


@contextmanager
def running(receiver: Receiver, *, port: int = 0) -> Iterator[Site]:
    """Serve in a thread, by http on loopback."""
    with open_site(None, port) as site:
        begun = threading.Event()
        guard = Guard(receiver.app(), names=site.addresses.names, max_body_bytes=MAX_BODY_BYTES)
        server = WebServer(guard, site, ready=begun.set)
        thread = threading.Thread(target=server.run_at_site)
        thread.start()
        try:
            assert begun.wait(10)
            yield site
        finally:
            server.stop()
            thread.join(30)
        assert not thread.is_alive()
