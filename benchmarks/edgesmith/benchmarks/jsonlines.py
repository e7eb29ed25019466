"""Files of one JSON document a line that only grow: whoever is killed in the middle of a line has lost that line alone."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import DataError, OutputError


def append_lines(file: Path, documents: Iterable[Any]) -> None:
    """Add a line for each document, making the file and its folder where they are missing.

    Raises `OutputError` when that is not possible; the file is as before then. NaN and infinities raise `ValueError`.
    """
    data = "".join(json.dumps(document, allow_nan=False) + "\n" for document in documents).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat().st_size if file.exists() else 0
        try:
            with file.open("ab") as target:
                target.write(data)
        except OSError:
            if file.exists():  # a disk that is full takes the beginning of a line
                with file.open("r+b") as target:
                    target.truncate(before)
            raise
    except OSError as error:
        raise OutputError(
            f"cannot write {str(file)!r}: {error.strerror or error}", tip="check the free space there"
        ) from error


def whole_lines(file: Path) -> list[str]:
    """The file's lines, after cutting what follows its last line end off, in the file too.

    Raises `DataError` when it cannot be read, `UnicodeDecodeError` when it is no text.
    """
    try:
        data = file.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with file.open("r+b") as target:
                target.truncate(len(whole))
        return whole.decode().splitlines()
    except OSError as error:
        raise DataError(
            f"{str(file)!r} cannot be read: {error.strerror or error}", tip="check its permissions"
        ) from error
