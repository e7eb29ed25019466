"""Text of others, such as file names and labels, on a terminal: shown, and not obeyed."""

import os
import sys
import unicodedata
from io import TextIOWrapper

# General categories (Unicode, chapter 4.5) of what a terminal obeys or ends a line at, and of what is no text: control
# characters, line and paragraph separators, halves of surrogate pairs.
_ESCAPED = frozenset({"Cc", "Zl", "Zp", "Cs"})

# Bidirectional classes (Unicode Annex 9) of the marks that turn the order of what follows. Joiners, which several
# scripts need, have the same general category, and stay.
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def one_line(text: str) -> str:
    r"""`text` with escapes (`\x1b`, `\n`, `\u202e`) in place of what moves the cursor, colours, breaks or turns lines."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii") if _is_obeyed(character) else character
        for character in text
    )


def open_missing_streams() -> None:
    """Lead stdin, stdout and stderr to the null device where the shell closed them (`2>&-`).

    Else the next file that is opened gets the number, and what libraries write to stderr goes into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, this one
    if sys.stdout is None:
        sys.stdout = _null()
    if sys.stderr is None:
        sys.stderr = _null()


def _null() -> TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - the stream of the whole process


def _is_obeyed(character: str) -> bool:
    return unicodedata.category(character) in _ESCAPED or unicodedata.bidirectional(character) in _TURNING
