import concurrent.futures
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.serve.application import application
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.web.site import Site

PNG = {"content-type": "image/png"}


def test_the_answer_is_the_classifiers(
    site: Site,
    ask: Callable[..., Any],
    picture: Callable[..., bytes],
    models: dict[str, Path],
    conforms: Callable[[Any], None],
) -> None:
    content = picture("orange")
    status, headers, body = ask(site, "/classify", method="POST", body=content, headers=PNG)
    with Classifier(models["float tflite"], threads=1) as classify:
        wanted = classify(content).top(3)
    document = json.loads(body)
    conforms(document)
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert list(document) == ["schema", "model", "top", "milliseconds"]
    assert document["schema"] == "edgesmith.classify/1"
    assert document["model"] == "colours"
    assert [(one["label"], one["score"], one["index"]) for one in document["top"]] == [
        (one.label, one.score, one.index) for one in wanted
    ]
    assert set(document["milliseconds"]) == {"waiting", "decoding", "inference"}
    assert all(value >= 0 for value in document["milliseconds"].values())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_kinds_of_pictures(
    site: Site, ask: Callable[..., Any], picture: Callable[..., bytes], kind: str
) -> None:
    body = picture("blue", kind=kind)
    status, _, answered = ask(
        site, "/classify", method="POST", body=body, headers={"content-type": "image/whatever"}
    )
    assert (status, json.loads(answered)["top"][0]["label"]) == (200, "blue")


def test_a_form(
    site: Site, ask: Callable[..., Any], picture: Callable[..., bytes], form: Callable[..., Any]
) -> None:
    body, headers = form(("note", b"hello"), ("image", picture("lime")))
    status, _, answered = ask(site, "/classify", method="POST", body=body, headers=headers)
    assert (status, json.loads(answered)["top"][0]["label"]) == (200, "green")


@pytest.mark.parametrize(("query", "count"), [("", 3), ("?top=1", 1), ("?top=3", 3), ("?other=1", 3)])
def test_top(
    site: Site, ask: Callable[..., Any], picture: Callable[..., bytes], query: str, count: int
) -> None:
    _, _, body = ask(site, f"/classify{query}", method="POST", body=picture("red"), headers=PNG)
    assert len(json.loads(body)["top"]) == count


@pytest.mark.parametrize(
    "query", ["top=0", "top=4", "top=-1", "top=1.0", "top=", "top=1&top=2", "top=²", "top=" + "9" * 5000]
)
def test_no_top(site: Site, ask: Callable[..., Any], picture: Callable[..., bytes], query: str) -> None:
    path = "/classify?" + query.replace("²", "%C2%B2")
    status, _, body = ask(site, path, method="POST", body=picture("red"), headers=PNG)
    assert status == 400
    assert "from 1 to 3" in json.loads(body)["error"]


class TestRefused:
    @pytest.mark.parametrize(
        "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "image", "\xff"], ids=repr
    )
    def test_other_content_types(
        self, site: Site, ask: Callable[..., Any], picture: Callable[..., bytes], content_type: str
    ) -> None:
        headers = {"content-type": content_type}
        status, _, body = ask(site, "/classify", method="POST", body=picture("red"), headers=headers)
        assert status == 415
        assert "curl" in json.loads(body)["tip"]

    @pytest.mark.parametrize("body", [b"", b"hello", b"II*\0" + b"\0" * 50, b"P6 1 1 255 abc", b"%!PS-Adobe"])
    def test_other_files(self, site: Site, ask: Callable[..., Any], body: bytes) -> None:
        assert ask(site, "/classify", method="POST", body=body, headers=PNG)[0] == 415

    def test_damaged_pictures(
        self, site: Site, ask: Callable[..., Any], picture: Callable[..., bytes]
    ) -> None:
        status, _, body = ask(
            site, "/classify", method="POST", body=picture("red", kind="JPEG")[:200], headers=PNG
        )
        assert status == 422
        assert "damaged or truncated" in json.loads(body)["error"]

    @pytest.mark.parametrize(
        ("size", "status"), [((500, 400), 200), ((600, 400), 422)], ids=["at the limit", "above"]
    )
    def test_pixels(
        self,
        site: Site,
        ask: Callable[..., Any],
        picture: Callable[..., bytes],
        size: tuple[int, int],
        status: int,
    ) -> None:
        got, _, body = ask(site, "/classify", method="POST", body=picture("red", size=size), headers=PNG)
        assert got == status
        assert status == 200 or "600x400 pixels are more than the 200000 allowed" in json.loads(body)["error"]

    def test_large_bodies(self, site: Site, ask: Callable[..., Any]) -> None:
        assert ask(site, "/classify", method="POST", body=b"x" * 200_001, headers=PNG)[0] == 413


class TestUnderLoad:
    def test_answers_are_not_crossed(
        self, site: Site, ask: Callable[..., Any], picture: Callable[..., bytes]
    ) -> None:
        labels = {"red": picture("red"), "green": picture("lime"), "blue": picture("blue")}

        def client(number: int) -> list[tuple[int, str, str]]:
            seen = []
            for turn in range(20):
                label = list(labels)[(number + turn) % 3]
                status, _, body = ask(site, "/classify", method="POST", body=labels[label], headers=PNG)
                seen.append((status, label, json.loads(body)["top"][0]["label"]))
            return seen

        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            answers = [entry for seen in clients.map(client, range(4)) for entry in seen]
        assert len(answers) == 80
        assert all(status == 200 and label == got for status, label, got in answers)

    def test_more_than_may_wait_are_refused_and_the_others_answered(
        self,
        one_worker: Callable[..., Any],
        ask: Callable[..., Any],
        post: Callable[[Site], Any],
        held: threading.Event,
    ) -> None:
        with one_worker(seconds=20.0) as site, concurrent.futures.ThreadPoolExecutor(8) as clients:
            futures = [clients.submit(post, site) for _ in range(8)]
            _wait_for(lambda: sum(future.done() for future in futures) == 5)
            held.set()
            answers = [future.result(10) for future in futures]
            metrics = ask(site, "/metrics")[2].decode()
        refused = [headers for status, headers, _ in answers if status == 429]
        assert len(refused) == 5, "one is worked on, two wait"
        assert all(int(headers["retry-after"]) >= 1 for headers in refused)
        assert sum(status == 200 for status, _, _ in answers) == 3
        assert 'edgesmith_classify_requests_total{status="429"} 5.0' in metrics
        assert 'edgesmith_classify_requests_total{status="200"} 3.0' in metrics
        assert 'edgesmith_classify_seconds_count{phase="inference"} 3.0' in metrics

    def test_a_request_that_takes_too_long(
        self,
        one_worker: Callable[..., Any],
        ask: Callable[..., Any],
        post: Callable[[Site], Any],
        held: threading.Event,
    ) -> None:
        with one_worker(seconds=0.2) as site:
            status, headers, body = post(site)
            health = json.loads(ask(site, "/health")[2])
            held.set()
        assert status == 503
        assert "retry-after" in headers
        assert "within 0.2 seconds" in json.loads(body)["error"]
        assert health["accepted"] == 1, "its thread is still at it"

    def test_stopping_finishes_what_was_accepted(
        self,
        service: Callable[..., Any],
        running: Callable[..., Any],
        ask: Callable[..., Any],
        post: Callable[[Site], Any],
        models: dict[str, Path],
        held: threading.Event,
    ) -> None:
        with service(models["float tflite"], workers=1) as served:
            app = application(served, names=("localhost",), page_path="/t", page=[])
            with concurrent.futures.ThreadPoolExecutor(2) as clients:
                with running(app, drain=served.workers.drain) as site:
                    accepted = clients.submit(post, site)
                    _wait_for(lambda: served.workers.accepted == 1)
                    served.workers.stopping = True
                    late = post(site)
                    health = ask(site, "/health")
                    threading.Timer(0.3, held.set).start()
                assert accepted.result(10)[0] == 200
        assert late[0] == 503
        assert "stopping" in json.loads(late[2])["error"]
        assert (health[0], json.loads(health[2])["status"]) == (503, "stopping")


@pytest.fixture
def one_worker(serving: Callable[..., Any], models: dict[str, Path]) -> Callable[..., Any]:
    """A context that gives a site where one is worked on and two wait: `one_worker(seconds=...)`."""

    def start(*, seconds: float) -> Any:
        limits = ServeLimits(waiting=2, body_bytes=10_000, pixels=10_000, seconds=seconds)
        return serving(models["float tflite"], workers=1, limits=limits)

    return start


@pytest.fixture
def post(ask: Callable[..., Any], picture: Callable[..., bytes]) -> Callable[[Site], Any]:
    """`post(site)`: a red picture; gives what `ask` gives."""
    return lambda site: ask(site, "/classify", method="POST", body=picture("red"), headers=PNG)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Inference waits until this event is set."""
    event = threading.Event()
    invoke = Classifier.invoke

    def wait(classifier: Classifier, pixels: Any) -> Any:
        assert event.wait(20)
        return invoke(classifier, pixels)

    monkeypatch.setattr(Classifier, "invoke", wait)
    return event


def test_health(site: Site, ask: Callable[..., Any], conforms: Callable[[Any], None]) -> None:
    status, _, body = ask(site, "/health")
    document = json.loads(body)
    conforms(document)
    assert status == 200
    assert document.pop("engine").startswith("ai-edge-litert ")
    assert document == {
        "schema": "edgesmith.health/1",
        "status": "ok",
        "model": "colours",
        "workers": 2,
        "accepted": 0,
    }


def test_metrics_are_prometheus_text(site: Site, ask: Callable[..., Any]) -> None:
    status, headers, body = ask(site, "/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=")
    assert b"# TYPE edgesmith_classify_seconds histogram" in body
    assert b"process_resident_memory_bytes " in body


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 404),
        ("/classify", "GET", 405),
        ("/health", "POST", 405),
        ("/another-token/", "GET", 404),
        ("/the-token/", "GET", 503),
        ("/the-token/static/live.html", "GET", 404),
        ("/openapi.json", "GET", 200),
    ],
)
def test_routes(site: Site, ask: Callable[..., Any], path: str, method: str, status: int) -> None:
    assert ask(site, path, method=method)[0] == status


def _wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
