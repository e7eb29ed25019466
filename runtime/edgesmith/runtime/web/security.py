"""What every request passes first: Host and Origin, the size and pace of the body; and the headers of every answer."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgesmith.runtime.web.addresses import in_url
from edgesmith.runtime.web.problems import RefusedError

# Own scripts, WebAssembly, own workers, pictures and the camera's stream; nothing from elsewhere, no frames, no forms.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

# COOP and COEP make a page `crossOriginIsolated`, which threads in WebAssembly need (HTML, 7.1.3 and 7.1.4).
SECURITY_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",  # a response that sets its own keeps it
}


class Guard:
    """ASGI middleware around a whole application.

    A Host that is none of `names` is refused with 421 (a page of a stranger that has its own name lead to this
    machine, DNS rebinding), a request that another site's page sends with 403, a body above `max_body_bytes` with
    413 while it is read, one that takes longer than `body_seconds` with 408.
    """

    def __init__(
        self, app: ASGIApp, *, names: Iterable[str], max_body_bytes: int, body_seconds: float = 30.0
    ) -> None:
        self._app = app
        self._names = frozenset(in_url(name).lower() for name in names)
        self._max_body_bytes, self._body_seconds = max_body_bytes, body_seconds
        self._headers = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand on. Anything but HTTP is not answered."""
        if scope["type"] != "http":
            return
        secured = self._with_headers(send)
        try:
            length = self._checked(scope["headers"])
        except RefusedError as problem:
            await problem.response()(scope, receive, secured)
            return
        await self._app(scope, receive if length == 0 else self._limited(receive), secured)

    def _checked(self, headers: Iterable[tuple[bytes, bytes]]) -> int | None:
        """The announced length of the body, None for one of unknown length. Raises `RefusedError`."""
        hosts: list[bytes] = []
        length: int | None = 0
        for name, value in headers:
            if name == b"host":
                hosts.append(value)
            elif name == b"origin":
                self._require_own_origin(value)
            elif name == b"content-length":
                length = int(value)  # the parser lets nothing but digits pass
            elif name == b"transfer-encoding":
                length = None
        self._require_own_host(hosts)
        if length is not None and length > self._max_body_bytes:
            raise self._too_large()
        return length

    def _require_own_host(self, hosts: list[bytes]) -> None:
        if len(hosts) != 1 or _host_name(hosts[0].decode("latin-1")) not in self._names:
            raise RefusedError(
                421,
                "the Host header names another machine",
                tip="use the address that was printed at start; --allow-host lets a further name in",
            )

    def _require_own_origin(self, origin: bytes) -> None:
        text = origin.decode("latin-1")
        try:
            name = _host_name(urlsplit(text).netloc)
        except ValueError:
            name = ""
        if name not in self._names:
            raise RefusedError(
                403,
                "a page of another site may not send requests here",
                tip="programs send no Origin header; --allow-host lets a site's name in",
            )

    def _limited(self, receive: Receive) -> Receive:
        deadline = asyncio.get_running_loop().time() + self._body_seconds
        received, complete = 0, False

        async def limited() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is that the client has left
                return await receive()
            message: Message = await _before(deadline, receive())
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > self._max_body_bytes:
                raise self._too_large()
            return message

        return limited

    def _too_large(self) -> RefusedError:
        return RefusedError(
            413,
            f"the body is larger than the {self._max_body_bytes} bytes allowed",
            tip="send less at a time",
        )

    def _with_headers(self, send: Send) -> Send:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name for name, _ in headers}
                headers += [entry for entry in self._headers if entry[0] not in present]
                message = {**message, "headers": headers}
            await send(message)

        return secured


async def _before(deadline: float, message: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout_at(deadline):
            return await message
    except TimeoutError as error:
        raise RefusedError(
            408, "the body came too slowly", tip="send it again", headers={"connection": "close"}
        ) from error


def _host_name(netloc: str) -> str:
    """`name` of `name:port`, lower case; IPv6 keeps its brackets. Empty for what is malformed."""
    name, colon, port = netloc.rpartition(":")
    if not colon or netloc.endswith("]"):
        return netloc.lower()
    return name.lower() if port.isdecimal() and port.isascii() else ""
