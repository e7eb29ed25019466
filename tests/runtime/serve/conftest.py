"""The whole service over a tiny real model, in a thread, and pictures for it."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.serve.application import Service, application
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.serve.metrics import Metrics
from edgesmith.runtime.serve.page import routes_without_page
from edgesmith.runtime.serve.workers import Workers
from edgesmith.runtime.web.site import Site

PAGE_PATH = "/the-token"
# A picture of 500x400 pixels passes; one of 600x400 does not.
LIMITS = ServeLimits(waiting=4, body_bytes=200_000, pixels=200_000, seconds=5.0)


@contextmanager
def _service(model: Path, *, workers: int = 2, limits: ServeLimits = LIMITS) -> Iterator[Service]:
    with ExitStack() as opened:
        classifiers = [opened.enter_context(Classifier(model, threads=1)) for _ in range(workers)]
        pool = Workers(classifiers, waiting=limits.waiting, seconds=limits.seconds)
        opened.callback(pool.close)
        metrics = Metrics(accepted=lambda: pool.accepted)
        yield Service(classifier=classifiers[0], workers=pool, limits=limits, metrics=metrics)


@pytest.fixture(scope="session")
def service() -> Callable[..., Any]:
    """A context: `service(model, workers=..., limits=...)`."""
    return _service


@pytest.fixture(scope="session")
def serving(running: Callable[..., Any]) -> Callable[..., Any]:
    """A context that gives the site: `serving(model, workers=..., limits=...)`."""

    @contextmanager
    def start(model: Path, **options: Any) -> Iterator[Site]:
        with _service(model, **options) as service:
            page = routes_without_page(EdgesmithError("no page", tip="make page"))
            app = application(service, names=("localhost",), page_path=PAGE_PATH, page=page)
            with running(app, drain=service.workers.drain) as site:
                yield site

    return start


@pytest.fixture(scope="module")
def site(serving: Callable[..., Any], models: dict[str, Path]) -> Iterator[Site]:
    """One server for many requests."""
    with serving(models["float tflite"]) as running_site:
        yield running_site


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """`picture("red", size=(24, 20), kind="PNG")`: a file of one colour."""

    def make(colour: str, *, size: tuple[int, int] = (24, 20), kind: str = "PNG", **options: Any) -> bytes:
        written = io.BytesIO()
        Image.new("RGB", size, colour).save(written, kind, **options)
        return written.getvalue()

    return make


@pytest.fixture(scope="session")
def form() -> Callable[..., tuple[bytes, dict[str, str]]]:
    """`form(("image", content), ...)`: the body of a multipart form and its headers."""

    def make(*parts: tuple[str, bytes], boundary: str = "xxBOUNDARYxx") -> tuple[bytes, dict[str, str]]:
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n'.encode()
            + b"Content-Type: image/png\r\n\r\n"
            + content
            + b"\r\n"
            for name, content in parts
        )
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return body + f"--{boundary}--\r\n".encode(), headers

    return make
