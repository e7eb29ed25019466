"""The routes: the service at the root, the page below its token."""

from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.serve.endpoint import DEFAULT_TOP, ClassifyEndpoint
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.serve.metrics import Metrics
from edgesmith.runtime.serve.openapi import description
from edgesmith.runtime.serve.workers import Workers
from edgesmith.runtime.web.problems import PROBLEM_HANDLERS
from edgesmith.runtime.web.security import Guard

HEALTH_SCHEMA = "edgesmith.health/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What answers: `classifier` describes the model, `workers` have engines of their own."""

    classifier: Classifier
    workers: Workers
    limits: ServeLimits
    metrics: Metrics

    async def health(self, _: Request) -> Response:
        """`GET /health`: 200 while requests are accepted, 503 once the server is stopping."""
        stopping = self.workers.stopping
        return JSONResponse(
            {
                "schema": HEALTH_SCHEMA,
                "status": "stopping" if stopping else "ok",
                "model": self.classifier.spec.name,
                "engine": self.classifier.engine.name,
                "workers": self.workers.count,
                "accepted": self.workers.accepted,
            },
            status_code=503 if stopping else 200,
        )

    async def measure(self, _: Request) -> Response:
        """`GET /metrics`, for Prometheus."""
        return Response(self.metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})


def application(
    service: Service, *, names: tuple[str, ...], page_path: str, page: list[BaseRoute]
) -> ASGIApp:
    """The whole, guarded. `names`: hosts it may be called by. `page`: the routes below `page_path`."""
    labels = len(service.classifier.labels)
    openapi = JSONResponse(description(labels=labels, default_top=DEFAULT_TOP, limits=service.limits))

    async def describe(_: Request) -> Response:
        return openapi

    classify = ClassifyEndpoint(
        service.workers, labels=labels, limits=service.limits, metrics=service.metrics
    )
    routes: list[BaseRoute] = [
        Route("/classify", classify, methods=["POST"]),
        Route("/health", service.health),
        Route("/metrics", service.measure),
        Route("/openapi.json", describe),
        Mount(page_path, routes=page),
    ]
    app = Starlette(routes=routes, exception_handlers=PROBLEM_HANDLERS)
    return Guard(app, names=names, max_body_bytes=service.limits.body_bytes)
