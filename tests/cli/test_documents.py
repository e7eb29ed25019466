"""The documents: finished, and without dead links. Their code blocks: tests/manual."""

import re
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest
from tests.manual.blocks import DOCUMENTS, REPOSITORY


def name_of(document: Path) -> str:
    return str(document.relative_to(REPOSITORY))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_nothing_is_left_to_fill_in(document: Path) -> None:
    assert not re.search(r"@@|TODO|FIXME|XXX", document.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_local_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_it_has_one_title_and_no_level_is_skipped(document: Path) -> None:
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    if "{include}" in document.read_text():
        return
    assert levels[:1] == [1]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1


def test_the_manual_shows_every_example() -> None:
    shown = re.findall(r"\.\./examples/(\S+)", (REPOSITORY / "docs" / "examples.md").read_text())
    assert sorted(shown) == sorted(
        path.name for path in (REPOSITORY / "examples").iterdir() if path.suffix in (".py", ".sh", ".service")
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_wheels_are_of_this_version(document: Path) -> None:
    named = re.findall(r"edgesmith-(\d[\w.]*)-py3-none-any\.whl", document.read_text())
    assert set(named) <= {version("edgesmith")}
