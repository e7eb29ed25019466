"""`POST /classify`, without the objects that a framework makes of a request: on small pictures they are what it costs."""

import time
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from edgesmith.runtime.serve.answer import Question, answer
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.serve.metrics import Metrics
from edgesmith.runtime.serve.pictures import require_content_type
from edgesmith.runtime.serve.workers import Workers
from edgesmith.runtime.web.problems import RefusedError

DEFAULT_TOP = 3


class ClassifyEndpoint:
    """An ASGI application for one route: a picture in, JSON out."""

    def __init__(self, workers: Workers, *, labels: int, limits: ServeLimits, metrics: Metrics) -> None:
        self._workers, self._labels, self._limits, self._metrics = workers, labels, limits, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises `RefusedError`, and what the engine raises; both are counted."""
        try:
            content_type = _content_type(scope)
            top = self._top(scope["query_string"])
            question = Question(
                content_type=content_type,
                body=await _body(receive),
                top=top,
                max_pixels=self._limits.pixels,
                accepted=time.perf_counter(),
            )
            answered = await self._workers.run(lambda classifier: answer(classifier, question))
        except Exception as error:
            self._metrics.refused(error.status if isinstance(error, RefusedError) else 500)
            raise
        self._metrics.answered(answered)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answered.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})

    def _top(self, query: bytes) -> int:
        given = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("top") if query else None
        if given is None:
            return min(DEFAULT_TOP, self._labels)
        text = given[0]
        if len(given) == 1 and text.isascii() and text.isdecimal() and len(text) <= len(str(self._labels)):
            number = int(text)
            if 1 <= number <= self._labels:
                return number
        message = f"top is one whole number from 1 to {self._labels}, the model's classes"
        raise RefusedError(400, message, tip="/classify?top=1")


def _content_type(scope: Scope) -> str:
    found = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    content_type: str = found.decode("latin-1")
    require_content_type(content_type)
    return content_type


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises `RefusedError` 400 where the client left in the middle."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "the client left before the end of the body", tip="send it again")
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
