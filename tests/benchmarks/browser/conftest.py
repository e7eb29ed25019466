"""A server in the process, a page that is a few bytes, and phones that say what the page would say."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from starlette.types import ASGIApp, Message

from edgesmith.benchmarks.browser.app import bench_app
from edgesmith.benchmarks.browser.config import prepare
from edgesmith.benchmarks.browser.events import read_event
from edgesmith.benchmarks.browser.outcome import Work, outcome
from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.browser.session import Session, open_session
from edgesmith.benchmarks.inputs import check_data, list_data, read_models
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.web.assets import PageAssets

HELLO: dict[str, Any] = {
    "type": "hello",
    "time_origin_ms": 1.8e12,
    "user_agent": "Mozilla/5.0 (Linux; Android 10; K) Chrome/156",
    "platform": "Android 16",
    "phone_model": "Pixel 8",
    "cores": 8,
    "isolated": True,
    "shared_array_buffer": True,
    "timer_tick_ms": 0.005,
    "engine": {
        "litert": {"version": "2.5.3", "build": "threaded"},
        "onnxruntime-web": {"version": "1.30.0", "build": "threaded"},
    },
    "wake_lock": True,
    "viewport": {"width": 412, "height": 915, "pixel_ratio": 2.625},
    "page_version": "0.1.0",
}


@dataclass(slots=True)
class ScriptedPhone:
    """Says what the page says. `post` sends all that is not acknowledged; what was said stays in `said`."""

    said: list[dict[str, Any]] = field(default_factory=list)
    clock_ms: float = 0.0

    def say(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Add an event without sending it."""
        self.clock_ms += 10
        event = {"seq": len(self.said) + 1, "at_ms": self.clock_ms, "type": kind, **fields}
        self.said.append(event)
        return event

    def hello(self, **changes: Any) -> None:
        self.clock_ms = 0.0
        self.say(
            **{"kind": "hello", **{key: value for key, value in HELLO.items() if key != "type"}, **changes}
        )

    def load(
        self, model: int, threads: int, *, asked: int | None = None, difference: float | None = 0.0
    ) -> None:
        """A model, its golden answers, its warm-up."""
        self.say(
            "loaded",
            model=model,
            threads_asked=asked or threads,
            threads=threads,
            engine="onnxruntime-web",
            build="threaded",
            load_ms=300.0,
            download_ms=40.0,
        )
        verdict = "identical" if difference == 0 else "different"
        self.say("golden", model=model, threads=threads, verdict=verdict, max_abs_difference=difference)
        self.say("warmup", model=model, threads=threads, samples_ms=[30.0, 11.0, 10.0])

    def block(self, model: int, threads: int, number: int, *, slow: float = 1.0, **changes: Any) -> None:
        """Two samples of 10 and 12 ms, times `slow`, as are the readings of the reference kernel."""
        begin = self.clock_ms
        self.clock_ms += 25 * slow
        fields = {
            "begin_ms": begin,
            "reference_ms": [2.0 * slow, 2.1 * slow, 2.05 * slow],
            "reference_after_ms": [2.0 * slow],
            "samples_ms": [10.0 * slow, 12.0 * slow],
            "hidden": False,
            **changes,
        }
        self.say("block", model=model, threads=threads, number=number, **fields)

    def visit(self, variants: Sequence[tuple[int, int]] = ((0, 1), (1, 1)), *, blocks: int = 10) -> None:
        """A whole one."""
        self.hello()
        for variant in variants:
            self.load(*variant)
        for number in range(blocks):
            for variant in variants:
                self.block(*variant, number)
        self.say("done")

    def kept(self, tmp_path: Path, name: str = "Ada's phone") -> Phone:
        """As the server keeps it, without a server."""
        from edgesmith.benchmarks.browser.phone import PhoneHead

        phone = Phone(PhoneHead(name=name, device="000-x", label="phone"), tmp_path / "phone.jsonl")
        phone.begin()
        phone.take(map(read_event, self.said))
        return phone


@pytest.fixture
def scripted() -> Callable[[], ScriptedPhone]:
    return ScriptedPhone


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Path]:
    """A distribution of the page, tiny, in place of the one that may be installed."""
    folder = tmp_path / "page"
    static = folder / "edgesmith_page" / "static"
    static.mkdir(parents=True)
    (static.parent / "__init__.py").write_text("")
    (static / "bench.html").write_text("<!doctype html><title>bench</title>")
    (static / "bench.js").write_text("export {};")
    (folder / "secret.html").write_text("secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.delitem(sys.modules, "edgesmith_page", raising=False)
        yield static
    sys.modules.pop("edgesmith_page", None)  # the installed one is found again


@pytest.fixture
def plan(models: tuple[Path, Path], pictures: Path, tmp_path: Path) -> BenchmarkPlan:
    """Two files, one thread, twenty samples."""
    return BenchmarkPlan(
        models=models, data=pictures, output=tmp_path / "phones", device="browser", samples=20, seconds=0.0
    )


@pytest.fixture
def work(plan: BenchmarkPlan) -> Work:
    data = list_data(plan.data)
    return Work(
        models=tuple(read_models(plan.models)), plan=plan, data=check_data(data, Silence()), pictures=4
    )


Result = Callable[[ScriptedPhone], BenchResult]


@pytest.fixture
def result_of(work: Work, tmp_path: Path) -> Result:
    """What comes of what a phone said."""
    return lambda scripted_phone: outcome(scripted_phone.kept(tmp_path), work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    app: ASGIApp, method: str, path: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """One request to an application, without a network. `path` is as it stands in the request's line."""
    raw, _, query = path.encode("utf-8", "surrogateescape").partition(b"?")
    sent: list[Message] = []
    chunks: list[Message] = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return chunks.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": query,
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-length", str(len(body)).encode()),
            *((name.encode(), value.encode()) for name, value in headers),
        ],
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # ASGI's callables are coroutine functions
    return Answer(
        status=sent[0]["status"],
        headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
        body=b"".join(message.get("body", b"") for message in sent[1:]),
    )


class Server:
    """The application over one output folder; a new one over the same folder is a server started again."""

    def __init__(self, plan: BenchmarkPlan, *, resume: bool = False) -> None:
        models, data = read_models(plan.models), list_data(plan.data)
        self.session: Session = open_session(plan.output, {"plan": 1}, resume=resume)
        self.session.begin(8765)
        served = prepare(models, data.files, plan, session=self.session.kept.session)
        self.heard: list[tuple[str, int]] = []
        self.app = bench_app(
            self.session,
            served,
            PageAssets(),
            names=["testserver"],
            heard=lambda phone, events: self.heard.append((phone.head.name, len(events))),
        )
        self.root = f"/{self.session.kept.token}"

    def get(self, path: str, *, method: str = "GET", headers: Sequence[tuple[str, str]] = ()) -> Answer:
        return ask(self.app, method, self.root + path, headers=headers)

    def post(self, path: str, document: Any) -> Answer:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return ask(self.app, "POST", self.root + path, body)

    def register(self, name: str = "Ada's phone") -> str:
        answer = self.post("/devices", {"name": name})
        assert answer.status == 201
        device: str = answer.json()["device"]
        return device

    def send(self, device: str, events: Sequence[dict[str, Any]]) -> int:
        answer = self.post(f"/devices/{device}/events", {"events": list(events)})
        assert answer.status == 200, answer.body
        acknowledged: int = answer.json()["acknowledged"]
        return acknowledged


@pytest.fixture
def serve(page: Path, plan: BenchmarkPlan) -> Callable[..., Server]:
    """Start a server, `resume=True` for one that goes on."""
    return lambda **options: Server(plan, **options)
