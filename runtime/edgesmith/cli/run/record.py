"""What is known of a stage that has ended: from which inputs it made which files."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.runtime.atomic import write_json
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.strict import from_json

RECORD_SCHEMA: Literal["edgesmith.stage/1"] = "edgesmith.stage/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`output`: what it made, below the output folder, and `files` the SHA-256 of each file of it, by path below that.

    `inputs`: everything that decides on the result. `result`: what of it the stages after it read. `gate`: the goal
    that was not met, None where all is well. `seconds`: wall time.
    """

    stage: str
    output: str
    inputs: dict[str, Any]
    files: dict[str, Any]
    result: dict[str, Any]
    gate: str | None
    seconds: float
    schema: Literal["edgesmith.stage/1"] = RECORD_SCHEMA

    def save(self, file: Path) -> None:
        """Write it in one step."""
        fields = dataclasses.asdict(self)
        write_json(file, {"schema": fields.pop("schema"), **fields})

    def damage(self, results: Path, hashes: FileHashes) -> Iterator[str]:
        """What is no longer as it was made, in words."""
        place = results / self.output
        for name, sha256 in self.files.items():
            file, shown = place / name, f"{self.output}/{name}".removesuffix("/.")
            try:
                if hashes.sha256(file) != sha256:
                    yield f"{shown} is not what was made"
            except (FileNotFoundError, NotADirectoryError):
                yield f"{shown} is gone"


def load_record(file: Path) -> Record | None:
    """The record; None where there is none, or one that is damaged or of another version: the stage runs again."""
    try:
        return from_json(Record, json.loads(file.read_bytes()), where=file.name)
    except (FileNotFoundError, ValueError, ModelFileError):
        return None


def files_of(output: Path, hashes: FileHashes, *, deep: bool) -> dict[str, Any]:
    """SHA-256 by path below `output` (`.` for a file), hidden files left out; those in subfolders too where `deep`."""
    if output.is_file():
        return {".": hashes.sha256(output)}
    found = sorted(path for path in (output.rglob("*") if deep else output.iterdir()) if path.is_file())
    names = {path: path.relative_to(output) for path in found}
    return {
        name.as_posix(): hashes.sha256(path)
        for path, name in names.items()
        if not any(part.startswith(".") for part in name.parts)
    }
