"""Clients that post pictures over kept connections, as lightly as Python can: they share the cores with the server.

Each connection is an asyncio protocol around httptools' parser. aiohttp's client takes four times the processor time for
the same posts, which would be counted as the server's.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from urllib.parse import urlsplit

import httptools

from serve.bare import Picture

_PATIENCE = 60.0  # seconds after the end for answers still to come


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the clients of a slice saw. `latencies` in seconds."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    lost: int = 0
    crossed: int = 0


async def load(address: str, pictures: list[Picture], tally: Tally, *, clients: int, seconds: float) -> None:
    """`clients` at once for `seconds`, each with pictures of its own; what they see is added to `tally`."""
    end = time.perf_counter() + seconds
    await asyncio.gather(
        *(_client(address, pictures[number::clients], end, tally) for number in range(clients))
    )


async def _client(address: str, pictures: list[Picture], end: float, tally: Tally) -> None:
    """One after the other, over a new connection where the old one was closed."""
    url = urlsplit(address)
    posts = cycle([(_request(url.netloc, url.path, picture.jpeg), picture) for picture in pictures])
    connection = partial(_Connection, posts, end, tally)
    loop = asyncio.get_running_loop()
    while time.perf_counter() < end:
        try:
            transport, posting = await loop.create_connection(connection, url.hostname or "", url.port or 80)
        except OSError:
            tally.lost += 1
            continue
        try:
            async with asyncio.timeout(end - time.perf_counter() + _PATIENCE):
                await posting.closed
        except TimeoutError:
            tally.lost += 1
        transport.abort()


def _request(host: str, path: str, jpeg: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: image/jpeg\r\ncontent-length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg


class _Connection(asyncio.Protocol):
    """Posts the next picture when the last is answered, until the time is over. `closed`: when it will post no more."""

    def __init__(self, posts: "cycle[tuple[bytes, Picture]]", end: float, tally: Tally) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._posts, self._end, self._tally = posts, end, tally
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""

    def connection_made(self, transport: asyncio.WriteTransport) -> None:  # type: ignore[override]  # TCP can be written to
        self._transport = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.closed.done():  # with a picture on its way
            self._tally.lost += 1
            self.closed.set_result(None)

    def on_body(self, body: bytes) -> None:
        """A part of it, by httptools."""
        self._body += body

    def on_message_complete(self) -> None:
        """The answer is whole, by httptools."""
        if self._parser.get_status_code() == 200:
            self._tally.latencies.append(time.perf_counter() - self._began)
            got = tuple((one["label"], one["score"]) for one in json.loads(self._body)["top"])
            self._tally.crossed += got != self._picture.best
        else:
            self._tally.refused += 1
        if time.perf_counter() < self._end and self._parser.should_keep_alive():
            self._post()
        else:
            self.closed.set_result(None)

    def _post(self) -> None:
        request, self._picture = next(self._posts)
        self._body, self._began = b"", time.perf_counter()
        self._transport.write(request)
