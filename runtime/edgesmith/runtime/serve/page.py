"""The live page: its files, its settings and the model for the engine in the browser."""

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.modelconfig import model_config
from edgesmith.runtime.web.wholebody import WholeBody

CONFIG_SCHEMA = "edgesmith.live-config/1"
_PAGE = "live.html"


def page_routes(
    assets: PageAssets, path: Path, classifier: Classifier, limits: ServeLimits, *, top: int
) -> list[BaseRoute]:
    """`/`, `/static/…`, `/config.json` and `/models/0`. The model's bytes are kept as they are now."""
    model = path.read_bytes()
    config = json.dumps(
        {
            "schema": CONFIG_SCHEMA,
            "model": model_config(path, model, classifier, index=0),
            "top": min(top, len(classifier.labels)),
            "classify": "/classify",
            "max_body_bytes": limits.body_bytes,
        },
        ensure_ascii=False,
        allow_nan=False,
    ).encode()

    async def show(request: Request) -> Response:
        return assets.response(_PAGE, request)

    async def static(request: Request) -> Response:
        return assets.response(request.path_params["name"], request)

    async def configure(_: Request) -> Response:
        return WholeBody(config, media_type="application/json")

    async def give_model(_: Request) -> Response:
        return WholeBody(model, media_type="application/octet-stream")

    return [
        Route("/", show),
        Route("/static/{name:path}", static),
        Route("/config.json", configure),
        Route("/models/0", give_model),
    ]


def routes_without_page(error: EdgesmithError) -> list[BaseRoute]:
    """At the page's address, what to install. The service needs no page."""
    text = f"{error.message}\n{error.tip or ''}\n\nPOST /classify works all the same.\n"

    async def explain(_: Request) -> Response:
        return PlainTextResponse(text, status_code=503)

    return [Route("/", explain)]
