"""Opening the engines and the site, and serving until stopped."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.routing import BaseRoute

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.cpu import usable_cores
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.engines.choose import MAX_DEFAULT_THREADS
from edgesmith.runtime.errors import EdgesmithError, OptionError
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.serve.application import Service, application
from edgesmith.runtime.serve.endpoint import DEFAULT_TOP
from edgesmith.runtime.serve.limits import DEFAULT_LIMITS, ServeLimits
from edgesmith.runtime.serve.metrics import Metrics
from edgesmith.runtime.serve.page import page_routes, routes_without_page
from edgesmith.runtime.serve.workers import Workers
from edgesmith.runtime.web.assets import PageAssets
from edgesmith.runtime.web.server import serve_until_stopped
from edgesmith.runtime.web.site import Site, open_site
from edgesmith.runtime.web.tokens import new_token

_MOST_WORKERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ServePlan:
    """What to serve, where and how. `workers`: the machine's cores, at most 4, unless given; each has an engine of its
    own, with `threads` threads.
    """

    model: Path
    host: str | None = None
    port: int = 8765
    allowed_hosts: tuple[str, ...] = ()
    engine: EngineName | None = None
    workers: int | None = None
    threads: int = 1
    limits: ServeLimits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        if self.workers is not None and not 1 <= self.workers <= _MOST_WORKERS:
            raise OptionError(
                f"--workers {self.workers}; 1 to {_MOST_WORKERS} is allowed",
                tip="leave it out: the machine's cores",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What is being served. `page`: its whole address, None where the page is not installed, for `page_error`."""

    service: Service
    site: Site
    page: str | None
    page_error: EdgesmithError | None

    def to_json(self) -> dict[str, Any]:
        """The document of `serve --json`."""
        spec, certificate = self.service.classifier.spec, self.site.certificate
        return {
            "schema": "edgesmith.serve/1",
            "model": spec.name,
            "precision": spec.precision,
            "engine": self.service.classifier.engine.name,
            "workers": self.service.workers.count,
            "page": self.page,
            **{name: self.site.url(f"/{name}") for name in ("classify", "health", "metrics")},
            "openapi": self.site.url("/openapi.json"),
            "names": list(self.site.addresses.names),
            "certificate_sha256": None if certificate is None else certificate.sha256,
        }


def serve(plan: ServePlan, *, ready: Callable[[Serving], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` is called once requests are answered. Raises as `Classifier` and `open_site`."""
    page_path = f"/{new_token()}"
    with (
        _service(plan) as service,
        open_site(plan.host, plan.port, more_names=plan.allowed_hosts) as site,
    ):
        routes, page_error = _page(plan, service)
        app = application(service, names=site.addresses.names, page_path=page_path, page=routes)
        page = site.url(f"{page_path}/") if page_error is None else None
        serving = Serving(service=service, site=site, page=page, page_error=page_error)
        serve_until_stopped(app, site, ready=lambda: ready(serving), drain=service.workers.drain)


def _page(plan: ServePlan, service: Service) -> tuple[list[BaseRoute], EdgesmithError | None]:
    try:
        assets = PageAssets()
    except EdgesmithError as error:
        return routes_without_page(error), error
    return page_routes(assets, plan.model, service.classifier, service.limits, top=DEFAULT_TOP), None


@contextmanager
def _service(plan: ServePlan) -> Iterator[Service]:
    count = plan.workers or min(usable_cores(), MAX_DEFAULT_THREADS)
    with ExitStack() as opened:
        with without_chatter():
            classifiers = [
                opened.enter_context(Classifier(plan.model, threads=plan.threads, engine=plan.engine))
                for _ in range(count)
            ]
        _warm_up(classifiers)
        workers = Workers(classifiers, waiting=plan.limits.waiting, seconds=plan.limits.seconds)
        opened.callback(workers.close)
        metrics = Metrics(accepted=lambda: workers.accepted)
        yield Service(classifier=classifiers[0], workers=workers, limits=plan.limits, metrics=metrics)


def _warm_up(classifiers: Sequence[Classifier]) -> None:
    """The first picture takes up to a second: Pillow imports its decoders, engines reserve their memory."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "JPEG")
    for classifier in classifiers:
        classifier(picture.getvalue())
