from pathlib import Path

import pytest
from making.commands import FOLDER, pages

from edgesmith.cli.table import COMMANDS

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_what_is_written_is_what_the_parsers_say(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "`python docs/making/commands.py` writes the pages anew"


def test_every_command_has_a_page_and_nothing_else_has() -> None:
    assert {Path(name).stem for name in PAGES} == {"index", *COMMANDS}
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_options_are_told_with_their_values() -> None:
    page = PAGES["convert.md"]
    assert "edgesmith convert [options] MODEL -o DEPLOY" in page
    assert "- `-o DEPLOY`, `--output DEPLOY`: a new folder to write (required)" in page
    assert "- `--mean M …`: " in page
    assert "- `--json`: " in page


def test_markdown_sees_no_html_and_no_emphasis() -> None:
    assert "DATA/\\<class>/\\*" in PAGES["train.md"]
