import http.client
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from edgesmith.runtime import Classifier


@pytest.fixture
def port(example: Callable[[str], ModuleType], model: Path) -> Iterator[int]:
    """Of a service on a port that the system chose."""
    with Classifier(model) as classify, example("http_service").Service(classify, 0) as service:
        thread = threading.Thread(target=service.serve_forever)
        thread.start()
        yield service.server_address[1]
        service.shutdown()
        thread.join()


def _post(port: int, body: bytes, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body=body, headers=headers)
    response = connection.getresponse()
    document = json.loads(response.read())
    connection.close()
    return response.status, document


def test_a_picture_is_answered(port: int, paint: Callable[..., Path]) -> None:
    status, document = _post(port, (paint("red") / "red/0.png").read_bytes())
    assert status == 200
    assert [one["label"] for one in document["top"]] == ["red", "blue"]
    assert document["top"][0]["score"] > 0.9


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        pytest.param(b"no picture", {}, 400, "not an image", id="no picture"),
        pytest.param(b"", {"Content-Length": "20000001"}, 413, "at most", id="too large"),
        pytest.param(b"", {"Content-Length": "-1"}, 411, "Content-Length", id="no length"),
    ],
)
def test_what_is_no_picture_is_refused(
    body: bytes, headers: dict[str, str], status: int, said: str, port: int
) -> None:
    found, document = _post(port, body, **headers)
    assert found == status
    assert said in document["error"]


def test_it_goes_on_after_a_bad_request(port: int, paint: Callable[..., Path]) -> None:
    _post(port, b"no picture")
    assert _post(port, (paint("blue") / "blue/0.png").read_bytes())[0] == 200
