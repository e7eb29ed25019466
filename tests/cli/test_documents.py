"""The documents: finished, without dead links, and naming only commands and options that exist."""

import importlib
import re
import shlex
from pathlib import Path

import pytest

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.table import COMMANDS

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]


def commands(document: Path) -> list[str]:
    """The lines of a document's code blocks that call edgesmith, without trailing comments."""
    lines = re.findall(r"^(?: {4}|\$ )(edgesmith [a-z].*)$", document.read_text(), re.MULTILINE)
    return [line.partition("  #")[0].strip() for line in lines]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_is_left_to_fill_in(document: Path) -> None:
    assert not re.search(r"@@|TODO|FIXME|XXX", document.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_local_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize(
    "line", [pytest.param(line, id=line) for document in DOCUMENTS for line in commands(document)]
)
def test_commands_parse(line: str) -> None:
    name, *words = shlex.split(line)[1:]
    if name == "completion":
        words = words[:1]  # what follows is for the shell
    build_parser(name, importlib.import_module(COMMANDS[name][0])).parse_args(words)


def test_the_readme_has_commands() -> None:
    assert len(commands(REPOSITORY / "README.md")) >= 6
