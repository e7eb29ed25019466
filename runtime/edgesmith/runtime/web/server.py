"""Running an application at its site until it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from edgesmith.runtime.web.protocol import GuardedProtocol
from edgesmith.runtime.web.site import Site

_KEEP_ALIVE_SECONDS = 15
_CLOSING_SECONDS = 5  # for answers on their way to slow clients, once all is computed

Drain = Callable[[], Awaitable[None]]


async def _nothing_to_drain() -> None:
    return


class WebServer(uvicorn.Server):
    """uvicorn at a `Site`, with an orderly end.

    On SIGTERM or Ctrl-C, or `stop`: `drain` is awaited while the socket still answers (the application refuses new
    work with 503 and finishes what it has), then connections are closed. A second signal ends at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        site: Site,
        *,
        ready: Callable[[], None] = lambda: None,
        drain: Drain = _nothing_to_drain,
        drain_seconds: float = 60.0,
    ) -> None:
        super().__init__(_configuration(app, site))
        self._site, self._ready, self._drain, self._drain_seconds = site, ready, drain, drain_seconds

    def run_at_site(self) -> None:
        """Serve, in this thread, until stopped; `ready` is called once requests are answered."""
        self.run(sockets=[self._site.listening])

    def stop(self) -> None:
        """From any thread: as SIGTERM."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Not uvicorn's, which raises the signal again at the end: a server that was told to stop has done well."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: Any = None) -> None:
        """Begin to answer."""
        await super().startup(sockets=sockets)
        self._ready()

    async def shutdown(self, sockets: Any = None) -> None:
        """Let the application finish, then close."""
        draining = asyncio.ensure_future(self._drain())
        end = asyncio.get_running_loop().time() + self._drain_seconds
        while not (draining.done() or self.force_exit or asyncio.get_running_loop().time() > end):
            await asyncio.wait([draining], timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets=sockets)


def serve_until_stopped(
    app: ASGIApp,
    site: Site,
    *,
    ready: Callable[[], None] = lambda: None,
    drain: Drain = _nothing_to_drain,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then return. `ready` and `drain` as in `WebServer`."""
    WebServer(app, site, ready=ready, drain=drain).run_at_site()


def _configuration(app: ASGIApp, site: Site) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=GuardedProtocol,
        ws="none",
        lifespan="off",  # at a second signal its task would end with a traceback
        loop="auto",  # uvloop where it is installed
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
        ssl_certfile=None if site.certificate is None else site.certificate.path,
    )
