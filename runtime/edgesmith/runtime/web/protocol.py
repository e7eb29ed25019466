"""Connections with patience that ends: uvicorn's fast HTTP parser by itself waits, and collects headers, for ever."""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from edgesmith.runtime.web.problems import RefusedError


def _as_bytes(problem: RefusedError) -> bytes:
    """The answer as it goes over the wire, for where there is no request yet that could be answered."""
    response = problem.response()
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    return STATUS_LINE[problem.status] + headers + b"\r\n" + bytes(response.body)


_TOO_LARGE = _as_bytes(RefusedError(431, "headers too large", headers={"connection": "close"}))


class GuardedProtocol(HttpToolsProtocol):
    """Limits of one connection, before and beside the application.

    A request's line and headers: `head_bytes` at most, complete within `head_seconds`. Its body: within `body_seconds`,
    even where the application has answered without reading it. More than `most_connections` at a time: closed at once.
    """

    head_bytes = 32 * 1024  # browsers send 1 to 2 KiB; Apache takes 8 KiB a line, nginx 32 KiB in all
    head_seconds = 10.0
    body_seconds = 120.0
    most_connections = 512  # below the 1024 open files that most systems allow

    _patience: asyncio.TimerHandle | None = None
    _head_received = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Count it, and wait for the first request."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            transport.abort()
            return
        self._wait(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; refuse headers that do not end."""
        super().data_received(data)
        # Empty lines behind a request begin no other, but have ended uvicorn's own wait for it.
        if self._patience is None and self.cycle is not None and self.cycle.response_complete:
            self._wait(self.head_seconds)
        if self._in_head and not self.transport.is_closing():
            self._head_received += len(data)
            if self._head_received > self.head_bytes:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """The first bytes of a request."""
        super().on_message_begin()
        self._in_head, self._head_received = True, 0
        self._wait(self.head_seconds)

    def on_headers_complete(self) -> None:
        """The body comes now."""
        self._in_head = False
        self._wait(self.body_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here; how long the answer takes is the application's matter."""
        super().on_message_complete()
        if (
            self.cycle.response_complete
        ):  # before the body's end; uvicorn waits for the next request without end
            self._wait(self.head_seconds)
        else:
            self._stop_waiting()

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        self.transport.abort()
