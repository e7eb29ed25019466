"""The built manual: quick to build, whole, without a dead link, and self-contained."""

import re
from pathlib import Path

import pytest
from tests.manual.blocks import REPOSITORY
from tests.manual.site import Page, Site

from edgesmith import benchmarks, convert, runtime, train
from edgesmith.cli.table import COMMANDS
from edgesmith.runtime import errors, streams

MAX_SECONDS = 60
PUBLIC = [
    f"{package.__name__}.{name}"
    for package in (runtime, streams, train, convert, benchmarks)
    for name in package.__all__
] + [
    f"{errors.__name__}.{name}"
    for name, value in vars(errors).items()
    if isinstance(value, type)
    and issubclass(value, errors.EdgesmithError)
    and value is not errors.EdgesmithError
]


def test_it_is_built_in_a_minute(site: Site) -> None:
    assert site.seconds < MAX_SECONDS


def test_every_link_and_anchor_leads_somewhere(site: Site) -> None:
    broken = {name: found for name, page in site.pages.items() if (found := list(site.broken(page)))}
    assert broken == {}


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    loaded = {link for page in site.pages.values() for link in page.loaded}
    assert [link for link in loaded if re.match(r"(https?:)?//", link)] == []
    for file in site.folder.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", file.read_text()), file.name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_reference(command: str, site: Site) -> None:
    assert f"commands/{command}.html" in site.pages
    assert f"{command}.html" in site.pages["commands/index.html"].links


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_in_the_api_reference(name: str, site: Site) -> None:
    assert any(name in page.ids for path, page in site.pages.items() if path.startswith("api/"))


def test_every_document_is_a_page(site: Site) -> None:
    docs = REPOSITORY / "docs"
    for document in docs.rglob("*.md"):
        assert str(document.relative_to(docs).with_suffix(".html")) in site.pages


def test_nothing_of_this_machine_is_told(site: Site) -> None:
    for page in site.pages.values():
        assert str(REPOSITORY) not in page.file.read_text(encoding="utf-8")


class TestChecks:
    """A check that finds nothing must be able to."""

    @pytest.fixture
    def small(self, tmp_path: Path) -> Site:
        (tmp_path / "a.html").write_text(
            '<p id="x"><a href="#x">1</a><a href="#y">2</a><a href="b.html#z">3</a>'
        )
        (tmp_path / "b.html").write_text('<img src="gone.png"><a href="https://elsewhere.example">4</a>')
        return Site(folder=tmp_path, seconds=1)

    def page(self, site: Site, name: str) -> Page:
        return site.pages[f"{name}.html"]

    def test_dead_anchors_and_files_are_found(self, small: Site) -> None:
        assert list(small.broken(self.page(small, "a"))) == ["#y", "b.html#z"]
        assert list(small.broken(self.page(small, "b"))) == ["gone.png"]

    def test_what_is_loaded_is_told_from_what_is_linked(self, small: Site) -> None:
        assert self.page(small, "b").loaded == ("gone.png",)
        assert self.page(small, "b").links == ("https://elsewhere.example",)
