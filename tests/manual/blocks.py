"""The code blocks of the documents, and what each says of itself in the comment above it.

<!-- run -->                           `test_run.py` executes it
<!-- run, with photos RUN -->          the same, with these things put into the folder first
<!-- not run: needs a phone -->        why not; its `edgesmith` lines are parsed all the same
<!-- no command: a drawing -->         there is nothing to run

Fenced blocks of a language that is none of `COMMANDS` and no Python (text, toml, json, ...) need none.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "examples" / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]

COMMANDS = ("", "sh")  # an indented block has no language
_MARK = re.compile(r"<!--\s*(run|not run|no command)\b(.*?)-->", re.DOTALL)
_ENDS_A_COMMAND = {"|", "||", "&&", ";", ">", ">>", "&"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`line`: of the document, from 1. `mark`: `run`, `not run`, `no command`, or None. `words`: what follows it."""

    document: Path
    line: int
    language: str
    text: str
    mark: str | None
    words: str

    @property
    def place(self) -> str:
        """Where to look for it."""
        return f"{self.document.relative_to(REPOSITORY)}:{self.line}"

    @property
    def is_sphinx(self) -> bool:
        """Whether it is a directive of the generator and no code."""
        return self.language.startswith("{")

    @property
    def needs_a_mark(self) -> bool:
        """Whether it can be run."""
        return self.language in (*COMMANDS, "python")

    @property
    def things(self) -> list[str]:
        """What `run, with` names."""
        return self.words.removeprefix(", with").split() if self.words.startswith(", with") else []

    def commands(self) -> list[list[str]]:
        """The command lines of a shell block, each as its words up to the first pipe or redirection."""
        if self.language not in COMMANDS or self.mark == "no command":
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := _first_command(line))]


def blocks_of(document: Path) -> list[Block]:
    """Every code block of a Markdown document, in order."""
    return list(_blocks(document, MarkdownIt("commonmark").parse(document.read_text(encoding="utf-8"))))


def _blocks(document: Path, tokens: list[Token]) -> Iterator[Block]:
    before = None
    for token in tokens:
        if token.type in ("fence", "code_block") and token.map is not None:
            found = (
                _MARK.search(before.content) if before is not None and before.type == "html_block" else None
            )
            yield Block(
                document=document,
                line=token.map[0] + 1,
                language=token.info.strip(),
                text=token.content,
                mark=None if found is None else found[1],
                words="" if found is None else found[2].strip(),
            )
        before = token


def _first_command(line: str) -> list[str]:
    words = []
    splitter = shlex.shlex(line, posix=True, punctuation_chars="|&;>")
    splitter.whitespace_split = True
    for word in splitter:
        if word in _ENDS_A_COMMAND:
            break
        words.append(word)
    return words
