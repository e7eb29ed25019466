"""Every code block of every document is run, or says why not; what it names exists."""

import importlib
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.manual.blocks import DOCUMENTS, REPOSITORY, Block, blocks_of

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.table import COMMANDS

BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document) if not block.is_sphinx]
OUR_FILES = re.compile(r"(?:benchmarks|docs|tests|examples)/.*")


def named(blocks: Sequence[Block]) -> list[object]:
    return [pytest.param(block, id=block.place) for block in blocks]


def calls(block: Block) -> list[list[str]]:
    """The words of each `edgesmith COMMAND …`, from wherever it is started."""
    return [words[1:] for words in block.commands() if Path(words[0]).name == "edgesmith" and len(words) > 1]


@pytest.mark.parametrize("block", named([block for block in BLOCKS if block.needs_a_mark]))
def test_it_is_run_or_says_why_not(block: Block) -> None:
    assert block.mark is not None, f"{block.place}: see tests/manual/blocks.py for what to write above it"
    if block.mark == "run":
        assert re.fullmatch(r"(, with( \S+)+)?", block.words)
    else:
        assert re.fullmatch(r": \S.{8,}", block.words, re.DOTALL), "a reason"


@pytest.mark.parametrize("block", named([block for block in BLOCKS if block.mark not in (None, "run")]))
def test_what_a_reason_points_at_exists(block: Block) -> None:
    for path in re.findall(r"(?:benchmarks|docs|tests|examples)/[\w/.-]*\w", block.words):
        assert (REPOSITORY / path).exists(), path
    for page in re.findall(r"(?<![\w/])[\w-]+\.md", block.words):
        assert (block.document.parent / page).exists(), page


@pytest.mark.parametrize("block", named([block for block in BLOCKS if calls(block)]))
def test_its_commands_parse(block: Block) -> None:
    for name, *words in calls(block):
        build_parser(name, importlib.import_module(COMMANDS[name][0])).parse_args(words)


@pytest.mark.parametrize("block", named([block for block in BLOCKS if block.commands()]))
def test_files_and_targets_of_ours_exist(block: Block) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    for words in block.commands():
        if words[0] == "make":
            assert {word for word in words[1:] if "=" not in word} <= set(targets)
        for word in filter(OUR_FILES.fullmatch, words):
            assert (REPOSITORY / word).exists() or "*" in word, word


@pytest.mark.parametrize("block", named([block for block in BLOCKS if block.language == "python"]))
def test_python_compiles(block: Block) -> None:
    compile(block.text, block.place, "exec")


@pytest.mark.parametrize("block", named([block for block in BLOCKS if block.language in ("json", "toml")]))
def test_data_can_be_read(block: Block) -> None:
    {"json": json.loads, "toml": tomllib.loads}[block.language](block.text)


def test_the_readme_has_commands() -> None:
    assert sum(len(calls(block)) for block in blocks_of(REPOSITORY / "README.md")) >= 6


class TestReading:
    def test_finds_marks_and_lines(self, tmp_path: Path) -> None:
        file = tmp_path / "page.md"
        file.write_text(
            "# Title\n\n<!-- run, with photos RUN -->\n    edgesmith check photos | head   # look\n    ls > a\n\n"
            "words\n\n```toml\na = 1\n```\n\n<!-- not run: needs a phone -->\n\n```sh\nadb a \\\n  b\n```\n\n    bare\n"
        )
        first, toml, phone, bare = blocks_of(file)
        assert (first.line, first.mark, first.things) == (4, "run", ["photos", "RUN"])
        assert first.commands() == [["edgesmith", "check", "photos"], ["ls"]]
        assert not toml.needs_a_mark
        assert (phone.mark, phone.words) == ("not run", ": needs a phone")
        assert phone.commands() == [["adb", "a", "b"]]
        assert bare.needs_a_mark
        assert bare.mark is None
