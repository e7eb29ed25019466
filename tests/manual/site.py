"""A built site: its pages, and in each what can be linked to, what is linked to and what is loaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}
_NO_LOADING = {"next", "prev", "search", "index", "author", "canonical"}  # `rel` of links that are only told


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in _LOADED and _LOADED[tag] in found:
            told = found.get("rel", "") in _NO_LOADING
            (self.links if told else self.loaded).append(found[_LOADED[tag]])


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the site: the ids in it, where its links lead, and what a browser loads for it."""

    file: Path
    ids: tuple[str, ...]
    links: tuple[str, ...]
    loaded: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Site:
    """`seconds`: of processor time that building took, in one process; what else runs here counts for nothing."""

    folder: Path
    seconds: float

    @cached_property
    def pages(self) -> dict[str, Page]:
        """By path below the folder."""
        return {
            str(file.relative_to(self.folder)): _read(file) for file in sorted(self.folder.rglob("*.html"))
        }

    def broken(self, page: Page) -> Iterator[str]:
        """What of ours a page links to or loads, and is not there."""
        for link in (*page.links, *page.loaded):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            file = (page.file.parent / unquote(parts.path)).resolve() if parts.path else page.file
            if not file.is_file() or (parts.fragment and unquote(parts.fragment) not in self._ids(file)):
                yield link

    def _ids(self, file: Path) -> tuple[str, ...]:
        return self.pages[str(file.relative_to(self.folder))].ids


def _read(file: Path) -> Page:
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return Page(file=file, ids=tuple(reader.ids), links=tuple(reader.links), loaded=tuple(reader.loaded))
