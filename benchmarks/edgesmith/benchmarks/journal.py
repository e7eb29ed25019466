"""What was measured, on this side as soon as it is: a file beside the output folder, from which a benchmark goes on.

It has one line of JSON for what is measured, then one for every answer of every worker. A benchmark asks
the same questions in the same order as long as it gets the same answers, so a second run takes those of the
journal first, and only then bothers the device.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from edgesmith.benchmarks.jsonlines import append_lines, whole_lines
from edgesmith.benchmarks.worker.messages import Load, ReadEnvironment, ReadState, Request, encode_request
from edgesmith.runtime.errors import DataError, ModelFileError, OutputError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json

JOURNAL_SCHEMA: Literal["edgesmith.bench-journal/1"] = "edgesmith.bench-journal/1"

# Worth nothing by themselves: a journal begins with the first answer to anything else.
_CHEAP = (ReadEnvironment, ReadState, Load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer. `worker`: the number of the process, in the order of starts. `request`: its digest.

    `at`: seconds of measuring before it, pauses between two runs left out. `failure`: instead of an answer.
    """

    worker: int
    request: str
    at: float
    answer: dict[str, Any] | None = None
    failure: Failure | None = None


class Journal:
    """Answers of an earlier run, and a place for those to come."""

    def __init__(self, file: Path, plan: dict[str, Any]) -> None:
        """Write to `file`, once there is something to write. `plan`: what is measured, as JSON."""
        self.file = file
        self._head = json.loads(json.dumps({"schema": JOURNAL_SCHEMA, **plan}))
        self.recorded: dict[int, list[Entry]] = defaultdict(list)
        self._held: list[Entry] = []
        self._begun = False
        self._past: float | None = None
        self._before, self._start = 0.0, perf_counter()

    @property
    def begun(self) -> bool:
        """Whether the file holds anything."""
        return self._begun

    def read(self) -> None:
        """Take over what an earlier run has written; a line that was cut off is dropped.

        Raises `DataError` for a journal of another benchmark.
        """
        try:
            lines = whole_lines(self.file)
            head = json.loads(lines[0]) if lines else self._head
            entries = [from_json(Entry, json.loads(line), where=self.file.name) for line in lines[1:]]
        except (ValueError, ModelFileError) as error:
            raise DataError(
                f"{str(self.file)!r} is damaged: {error}", tip="remove it to begin anew"
            ) from error
        if head != self._head:
            raise DataError(
                f"{str(self.file)!r} is of another benchmark: {difference(head, self._head)}",
                tip="give the same files, data and options to go on; remove it to begin anew",
            )
        for entry in entries:
            self.recorded[entry.worker].append(entry)
        self._begun = bool(entries)
        if not entries:  # broken off inside the first writing
            self.remove()

    def clock(self) -> float:
        """Seconds of measuring until the last answer, one of the journal or of now."""
        return self._before + perf_counter() - self._start if self._past is None else self._past

    def replay(self, entry: Entry) -> None:
        """Tell that an answer of the journal is the last one."""
        self._past = entry.at

    def go_on(self) -> None:
        """Tell that from now on a device is asked."""
        if self._past is not None:
            self._before, self._start, self._past = self._past, perf_counter(), None

    def keep(self, entry: Entry, request: Request) -> None:
        """Write an answer down. Raises `OutputError` when that is not possible."""
        self._held.append(entry)
        if not self._begun and isinstance(request, _CHEAP):
            return
        lines = [] if self._begun else [self._head]
        lines += [dataclasses.asdict(held) for held in self._held]
        append_lines(self.file, lines)
        self._held.clear()
        self._begun = True

    def remove(self) -> None:
        """The result is written: it is not needed any more."""
        self.file.unlink(missing_ok=True)


def journal_file(output: Path) -> Path:
    """Beside the output folder, which appears only when it is whole."""
    return _beside(output, ".partial.jsonl")


def _beside(output: Path, ending: str) -> Path:
    whole = output.resolve()
    return whole.parent / f".{whole.name}{ending}"


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Keep every other benchmark out of `output`, by a lock that the system takes back when the process ends.

    Raises `OutputError` where another is at work. The file stays only after a kill, and is in nobody's way.
    """
    file = _beside(output, ".lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError(
            f"cannot write {str(file)!r}: {error.strerror or error}",
            tip="check the permissions of that place",
        ) from error
    try:
        _lock(handle, output)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _lock(handle: int, output: Path) -> None:
    busy = OutputError(
        f"another `edgesmith bench` is at work on {str(output)!r}", tip="wait for it, or name another folder"
    )
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise busy from error
    except OSError as error:
        raise OutputError(
            f"cannot lock {str(output)!r}: {error.strerror or error}",
            tip="name a folder on another file system",
        ) from error
    if not os.fstat(handle).st_nlink:  # another was, when the file was opened, and has removed it since
        raise busy


def digest(request: Request) -> str:
    """Short, and another one for another request."""
    return hashlib.sha256(encode_request(request).encode()).hexdigest()[:16]


def difference(found: Any, wanted: dict[str, Any]) -> str:
    """What in the first line of a journal is not what it should be, in words."""
    if not isinstance(found, dict):
        return "its first line is not what edgesmith writes"
    keys = sorted(key for key in {*found, *wanted} if found.get(key) != wanted.get(key))
    return "; ".join(f"{key} was {found.get(key)!r} and is {wanted.get(key)!r}" for key in keys)
