"""The files of the pages, from the distribution `edgesmith-page`: those of its manifest, and no others."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.web.problems import RefusedError
from edgesmith.runtime.web.wholebody import WholeBody

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # as written beside each file; the smaller first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asset:
    content_type: str
    by_encoding: MappingProxyType[str, Traversable]  # "identity" and those of `_ENCODINGS` that exist


class PageAssets:
    """Every servable file, listed once at the start; their contents are read when asked for, and kept."""

    def __init__(self) -> None:
        """Raises `EdgesmithError` where the distribution is not installed."""
        self._assets = dict(_assets_in(_static_folder(), ""))
        self._contents: dict[tuple[str, str], tuple[bytes, str]] = {}

    @property
    def names(self) -> frozenset[str]:
        """Paths below `static/`, with `/`."""
        return frozenset(self._assets)

    def response(self, name: str, request: Request) -> Response:
        """The file `name` in the best encoding that the browser takes, or 304. Raises `RefusedError` 404."""
        asset = self._assets.get(name)
        if asset is None:
            raise RefusedError(404, "the page has no such file", tip="load the page anew")
        accepted = _accepted(request.headers.get("accept-encoding", ""))
        encoding = next((known for known in asset.by_encoding if known in accepted), "identity")
        content, tag = self._content(name, encoding)
        headers = {"cache-control": "no-cache", "etag": tag, "vary": "accept-encoding"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if encoding != "identity":
            headers["content-encoding"] = encoding
        return WholeBody(content, media_type=asset.content_type, headers=headers)

    def _content(self, name: str, encoding: str) -> tuple[bytes, str]:
        key = (name, encoding)
        if key not in self._contents:
            content = self._assets[name].by_encoding[encoding].read_bytes()
            self._contents[key] = (content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
        return self._contents[key]


def _static_folder() -> Traversable:
    try:
        folder = files("edgesmith_page") / "static"
    except ModuleNotFoundError as error:
        raise EdgesmithError(
            "the page is not installed (distribution 'edgesmith-page')",
            tip="pip install 'edgesmith[browser]' brings it; in a checkout `make page` builds it (needs Node 20)",
        ) from error
    if not folder.is_dir():
        raise EdgesmithError("the distribution 'edgesmith-page' holds no page", tip="install it again")
    return folder


def _assets_in(folder: Traversable, prefix: str) -> list[tuple[str, _Asset]]:
    entries = {entry.name: entry for entry in folder.iterdir()}
    found: list[tuple[str, _Asset]] = []
    for name, entry in sorted(entries.items()):
        if entry.is_dir():
            found += _assets_in(entry, f"{prefix}{name}/")
            continue
        content_type = _CONTENT_TYPES.get("." + name.rpartition(".")[2])
        if content_type is not None:
            encoded = {
                encoding: entries[name + suffix]
                for encoding, suffix in _ENCODINGS.items()
                if name + suffix in entries
            }
            asset = _Asset(
                content_type=content_type, by_encoding=MappingProxyType({**encoded, "identity": entry})
            )
            found.append((prefix + name, asset))
    return found


def _accepted(header: str) -> set[str]:
    """The content codings of an Accept-Encoding header that are not refused by `q=0` (RFC 9110, 12.5.3)."""
    accepted = set()
    for part in header.split(","):
        coding, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(coding.strip().lower())
    return accepted
