import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.serve.endpoint import ClassifyEndpoint
from edgesmith.runtime.web.problems import RefusedError

HEADERS = [(b"content-type", b"image/png")]


def _call(endpoint: ClassifyEndpoint, *messages: dict[str, Any]) -> list[Any]:
    """What the endpoint sends for these messages of the server."""
    coming, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "query_string": b"", "headers": HEADERS}
    asyncio.run(endpoint(scope, receive, send))
    return sent


@pytest.fixture
def endpoint(service: Callable[..., Any], models: dict[str, Path]) -> Iterator[ClassifyEndpoint]:
    with service(models["float tflite"], workers=1) as served:
        yield ClassifyEndpoint(served.workers, labels=3, limits=served.limits, metrics=served.metrics)


def test_a_body_in_pieces(endpoint: ClassifyEndpoint, picture: Callable[..., bytes]) -> None:
    whole = picture("blue")
    pieces = [whole[:10], b"", whole[10:]]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    start, body = _call(endpoint, *messages, {"type": "http.request"})
    assert start["status"] == 200
    assert (b"content-length", str(len(body["body"])).encode()) in start["headers"]
    assert b'"label": "blue"' in body["body"]


def test_an_engine_that_fails_is_counted(
    service: Callable[..., Any],
    models: dict[str, Path],
    picture: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the engine failed")

    with service(models["float tflite"], workers=1) as served:
        endpoint = ClassifyEndpoint(served.workers, labels=3, limits=served.limits, metrics=served.metrics)
        monkeypatch.setattr(Classifier, "invoke", fail)
        with pytest.raises(RuntimeError, match="the engine failed"):
            _call(endpoint, {"type": "http.request", "body": picture("blue")})
        assert b'requests_total{status="500"} 1.0' in served.metrics.text()


def test_a_client_that_leaves_in_the_middle(
    endpoint: ClassifyEndpoint, picture: Callable[..., bytes]
) -> None:
    half = {"type": "http.request", "body": picture("blue")[:10], "more_body": True}
    with pytest.raises(RefusedError, match="the client left") as raised:
        _call(endpoint, half, {"type": "http.disconnect"})
    assert raised.value.status == 400
