"""The output folder: what was made, and in its hidden `.edgesmith` from what, and what is being made.

There, `work` has a folder for each stage that has begun, and in it `made`, where it works. When it is done its record
is written beside that, with the hashes of what it made; then what it made takes its place, then the record does. After
a kill at any moment the same steps are taken again from the first that is missing.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgesmith.cli.run.listing import Listing
from edgesmith.cli.run.record import Record, load_record
from edgesmith.cli.run.stages import Stage
from edgesmith.runtime.atomic import write_json
from edgesmith.runtime.errors import OutputError

_RECORD = "record.json"
_INPUTS = "inputs.json"

# The commands of a run that was killed end with it, which takes a large one a moment.
_PATIENCE_SECONDS = 5.0


class State:
    """`results`: the output folder, which need not exist."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self._folder = results / ".edgesmith"
        self.hashes_file = self._folder / "hashes.json"

    def require_ours(self) -> None:
        """Raise `OutputError` for a folder that holds something else: what is in the way of a stage is replaced."""
        if self.results.exists() and not self.results.is_dir():
            raise OutputError(f"output {str(self.results)!r} is a file", tip="name another folder")
        if self.results.is_dir() and any(self.results.iterdir()) and not self._folder.is_dir():
            raise OutputError(
                f"the output folder {str(self.results)!r} holds something that `edgesmith run` has not made",
                tip="name a folder of its own as output",
            )

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Keep others out; gives the descriptor that does. Raises `OutputError` where another run is at work."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise OutputError(
                f"cannot write {str(self._folder)!r}: {error.strerror or error}", tip="check its permissions"
            ) from error
        try:
            self._lock(handle)
            yield handle
        finally:
            os.close(handle)

    def _lock(self, handle: int) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise OutputError(
                        f"another `edgesmith run` is at work in {str(self.results)!r}",
                        tip="wait for it, or name another output folder",
                    ) from error
            time.sleep(0.1)

    def record(self, name: str) -> Record | None:
        """Of the stage of that name, None where it has not ended yet."""
        return load_record(self._record_file(name))

    def begin(self, stage: Stage, inputs: Mapping[str, Any], *, anew: bool) -> Path:
        """The path to make the stage's output at; what was begun from the same inputs is there, unless `anew`."""
        work = self._work(stage.name)
        begun = load_json(work / _INPUTS)
        if anew or begun != json.loads(json.dumps(inputs)):
            _remove(work)
            write_json(work / _INPUTS, inputs)
        made = work / "made" / stage.output.name
        made.parent.mkdir(exist_ok=True)
        return made

    def finish(self, record: Record) -> None:
        """Let the output and its record take their places."""
        work = self._work(record.stage)
        record.save(work / _RECORD)
        self._publish(work, record)

    def recover(self) -> None:
        """Finish what was whole when an earlier run was killed, and remove what it had not come to fill."""
        works = self._folder / "work"
        for work in sorted(works.iterdir()) if works.is_dir() else ():
            record = load_record(work / _RECORD)
            if record is not None:
                self._publish(work, record)
            elif not any((work / "made").glob("*")):  # only just begun, or at its end and all but removed
                _remove(work)

    def abandon(self, stage: Stage) -> None:
        """Forget what was begun."""
        _remove(self._work(stage.name))

    def keep_listing(self, listing: Listing) -> None:
        """Keep it as long as a record refers to it by its hash, to tell later which files have changed."""
        file = self._listing_file(listing.sha256)
        if not file.is_file():
            write_json(file, dict(listing.files))
        records = [load_record(record) for record in (self._folder / "stages").glob("*.json")]
        wanted = {record.inputs["data"]["sha256"] for record in records if record and "data" in record.inputs}
        for other in file.parent.glob("*.json"):
            if other.stem not in wanted | {listing.sha256}:
                other.unlink()

    def listing(self, sha256: str) -> Mapping[str, str] | None:
        """The files of an earlier time, None where they are not known any more."""
        found: Mapping[str, str] | None = load_json(self._listing_file(sha256))
        return found

    def _publish(self, work: Path, record: Record) -> None:
        target = self.results / record.output
        made = work / "made" / target.name
        if made.exists():  # else it is in its place already
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove(target)
            made.replace(target)
        place = self._record_file(record.stage)
        place.parent.mkdir(exist_ok=True)
        (work / _RECORD).replace(place)
        _remove(work)

    def _work(self, name: str) -> Path:
        return self._folder / "work" / name.replace(" ", "-")

    def _record_file(self, name: str) -> Path:
        return self._folder / "stages" / f"{name.replace(' ', '-')}.json"

    def _listing_file(self, sha256: str) -> Path:
        return self._folder / "data" / f"{sha256}.json"


def load_json(file: Path) -> Any:
    """What a file of ours holds; None where it is absent or damaged."""
    try:
        return json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
