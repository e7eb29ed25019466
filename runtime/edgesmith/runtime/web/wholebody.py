"""Large answers in pieces, so that a client that reads slowly costs no more than a piece of memory."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_PIECE = 64 * 1024  # uvicorn's high-water mark: beyond it `send` waits for the client


class WholeBody(Response):
    """Bytes that are in memory anyway, sent with their Content-Length; nothing of them for HEAD."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = memoryview(self.body) if scope["method"] != "HEAD" else memoryview(b"")
        for start in range(0, len(body), _PIECE):
            piece = bytes(body[start : start + _PIECE])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
