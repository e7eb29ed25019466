import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.problems import PROBLEM_HANDLERS
from edgesmith.runtime.web.site import Site

SCRIPT = b"export const answer = 42;\n" * 1000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A distribution of the page, tiny, in place of the one that may be installed."""
    folder = tmp_path_factory.mktemp("page")
    static = folder / "edgesmith_page" / "static"
    (static / "engine").mkdir(parents=True)
    (static.parent / "__init__.py").write_text("")
    (static / "live.html").write_text("<!doctype html><title>live</title>")
    (static / "engine" / "core.js").write_bytes(SCRIPT)
    (static / "engine" / "core.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (static / "engine" / "core.js.br").write_bytes(b"(brotli)")
    (static / "engine.wasm").write_bytes(b"\0asm")
    (static / "notes.py").write_text("secret")
    (folder / "secret.html").write_text("secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.delitem(sys.modules, "edgesmith_page", raising=False)
        yield static


@pytest.fixture(scope="module")
def site(page: Path, running: Callable[..., Any]) -> Iterator[Site]:
    assets = PageAssets()

    async def static(request: Request) -> Response:
        return assets.response(request.path_params["name"], request)

    app = Starlette(routes=[Route("/static/{name:path}", static)], exception_handlers=PROBLEM_HANDLERS)
    with running(app) as running_site:
        yield running_site


def test_what_is_served(page: Path) -> None:
    assert PageAssets().names == {"live.html", "engine/core.js", "engine.wasm"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
        ("BR", "br"),
    ],
)
def test_encodings(site: Site, ask: Callable[..., Any], accepted: str, encoding: str | None) -> None:
    status, headers, body = ask(site, "/static/engine/core.js", headers={"accept-encoding": accepted})
    assert (status, headers.get("content-encoding")) == (200, encoding)
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert int(headers["content-length"]) == len(body)
    contents = {"br": b"(brotli)", "gzip": gzip.compress(SCRIPT, mtime=0), None: SCRIPT}
    assert body == contents[encoding]


def test_a_known_version_is_not_sent_again(site: Site, ask: Callable[..., Any]) -> None:
    _, headers, _ = ask(site, "/static/engine.wasm")
    status, _, body = ask(site, "/static/engine.wasm", headers={"if-none-match": headers["etag"]})
    assert headers["content-type"] == "application/wasm"
    assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/engine",
        "/static/engine/",
        "/static/absent.js",
        "/static/notes.py",
        "/static/engine/core.js.br",
        "/static/../../secret.html",
        "/static/..%2f..%2fsecret.html",
        "/static/%2e%2e/%2e%2e/secret.html",
        "/static/....//....//secret.html",
        "/static//etc/passwd",
        "/static/%00",
        "/static/engine.wasm%00.js",
        "/static/\\..\\..\\secret.html",
    ],
)
def test_nothing_else_is_read(site: Site, ask: Callable[..., Any], path: str) -> None:
    status, _, body = ask(site, path)
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_without_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "edgesmith_page", None)
    with pytest.raises(EdgesmithError, match="the page is not installed") as raised:
        PageAssets()
    assert "edgesmith[browser]" in str(raised.value.tip)
    assert "make page" in str(raised.value.tip)


def test_a_distribution_without_a_page(page: Path) -> None:
    aside = page.rename(page.with_name("elsewhere"))
    try:
        with pytest.raises(EdgesmithError, match="holds no page"):
            PageAssets()
    finally:
        aside.rename(page)
