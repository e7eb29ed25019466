import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.serve.application import application
from edgesmith.runtime.serve.page import page_routes
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.site import Site

PAGE_PATH = "/the-token"


@pytest.fixture(scope="module")
def site(
    service: Callable[..., Any],
    running: Callable[..., Any],
    models: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    folder, model = tmp_path_factory.mktemp("page"), models["uint8 onnx"]
    static = folder / "edgesmith_page" / "static"
    static.mkdir(parents=True)
    (static.parent / "__init__.py").write_text("")
    (static / "live.html").write_text("<!doctype html><title>live</title>")
    (static / "live.js").write_text("export {};")
    with pytest.MonkeyPatch.context() as patch, service(model, workers=1) as served:
        patch.syspath_prepend(str(folder))
        patch.delitem(sys.modules, "edgesmith_page", raising=False)
        routes = page_routes(PageAssets(), model, served.classifier, served.limits, top=3)
        app = application(served, names=("localhost",), page_path=PAGE_PATH, page=routes)
        with running(app) as running_site:
            yield running_site


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/live.js", "text/javascript; charset=utf-8"),
        ("/config.json", "application/json"),
        ("/models/0", "application/octet-stream"),
    ],
)
def test_below_the_token_alone(site: Site, ask: Callable[..., Any], path: str, content_type: str) -> None:
    status, headers, _ = ask(site, PAGE_PATH + path)
    assert (status, headers["content-type"]) == (200, content_type)
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert ask(site, path)[0] == 404
    assert ask(site, "/the-tokem" + path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/models/1", "/models/", "/models/../../etc/passwd", "/models/0/x", "/static/"]
)
def test_nothing_else(site: Site, ask: Callable[..., Any], path: str) -> None:
    assert ask(site, PAGE_PATH + path)[0] == 404


def test_the_page_is_told_of_the_model(
    site: Site, ask: Callable[..., Any], models: dict[str, Path], conforms: Callable[[Any], None]
) -> None:
    config = json.loads(ask(site, PAGE_PATH + "/config.json")[2])
    conforms(config)
    model = ask(site, PAGE_PATH + "/models/0")[2]
    assert list(config) == ["schema", "model", "top", "classify", "max_body_bytes"]
    assert config["schema"] == "edgesmith.live-config/1"
    assert config["top"] == 3
    assert config["model"]["sha256"] == hashlib.sha256(model).hexdigest()
    assert model == models["uint8 onnx"].read_bytes()
