"""On which line of a TOML file a key stands, which `tomllib` does not tell.

A search, not a parser: the file is valid TOML already. Tables, dotted and quoted keys are found, and keys inside an
inline table by the line of the table.
"""

import re
from collections import Counter

# A key is a number where it says which of an array of tables: ("model", 1, "epochs").
Path = tuple[str | int, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_NAMES = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLES = re.compile(rf"\s*\[\[\s*({_NAMES})\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*({_NAMES})\s*\]\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*({_NAMES})\s*=")
_QUOTES = re.compile(r"\"\"\"|'''")


class KeyLines:
    """Line numbers from 1 of every key and table of `text`."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()
        self._current: Path = ()
        quoted: str | None = None  # what ends the text of several lines that we are in
        for number, line in enumerate(text.split("\n"), start=1):
            if quoted is None:
                self._note(line.rstrip("\r"), number)
            for quotes in _QUOTES.findall(line):
                quoted = quotes if quoted is None else None if quotes == quoted else quoted

    def of(self, path: Path) -> int | None:
        """The line of the key, else of what it is in; None for what has no line, as the whole file."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    def _note(self, line: str, number: int) -> None:
        if found := _TABLES.match(line):
            table = self._within(_split(found[1]))
            self._current = (*table, self._tables[table])
            self._tables[table] += 1
            self._lines[self._current] = number
            self._lines.setdefault(table, number)
        elif found := _TABLE.match(line):
            self._current = self._within(_split(found[1]))
            self._lines.setdefault(self._current, number)
        elif found := _ASSIGNMENT.match(line):
            path = self._current
            for name in _split(found[1]):
                path = (*path, name)
                self._lines.setdefault(path, number)

    def _within(self, names: list[str]) -> Path:
        """`model.convert` belongs to the last `[[model]]`."""
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return (*path, names[-1])


def _split(names: str) -> list[str]:
    return [name.strip("\"'") for name in re.findall(_NAME, names)]
