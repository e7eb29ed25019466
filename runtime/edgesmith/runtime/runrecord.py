"""What a training run leaves for those who come after it: `run.json`, version `edgesmith.run/1`."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.runtime.atomic import write_json
from edgesmith.runtime.errors import DataError, ImageError, ModelFileError
from edgesmith.runtime.imagefolder import LabelledImages, SplitName
from edgesmith.runtime.spec import InputSpec
from edgesmith.runtime.strict import from_json

RUN_SCHEMA: Literal["edgesmith.run/1"] = "edgesmith.run/1"
RUN_FILE = "run.json"
MODEL_FILE = "model.keras"
# Beside the first two while a training goes on, and after it was killed.
UNFINISHED_FILE = "unfinished.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """One image of a split: path below the data's root (with `/`), class index, SHA-256 of the file."""

    path: str
    label: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecord:
    """Which images were used for what. `root` is absolute; `sha256` is over all records (`digest`)."""

    root: str
    sha256: str
    train: tuple[ImageRecord, ...]
    val: tuple[ImageRecord, ...]
    test: tuple[ImageRecord, ...]

    def split(self, name: SplitName) -> tuple[ImageRecord, ...]:
        """The records of one split."""
        records: tuple[ImageRecord, ...] = getattr(self, name)
        return records


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """`plan`, `metrics` (accuracy by split, as JSON), `environment` and `seconds` (by stage) are for people."""

    labels: tuple[str, ...]
    input: InputSpec
    data: DataRecord
    plan: dict[str, Any]
    metrics: dict[str, Any]
    environment: dict[str, Any]
    seconds: dict[str, Any]
    schema: Literal["edgesmith.run/1"] = RUN_SCHEMA

    def save(self, run: Path) -> None:
        """Write `RUN/run.json`, `schema` first."""
        fields = dataclasses.asdict(self)
        write_json(run / RUN_FILE, {"schema": fields.pop("schema"), **fields})

    @classmethod
    def load(cls, run: Path) -> "RunRecord":
        """Read `RUN/run.json`. Raises `ModelFileError` when it is absent or not of this version."""
        file = run / RUN_FILE
        try:
            document = json.loads(file.read_bytes())
        except FileNotFoundError as error:
            unfinished = (run / UNFINISHED_FILE).is_file()
            raise ModelFileError(
                f"{str(run)!r} holds no {RUN_FILE}" + ": its training is not finished" * unfinished,
                tip="`edgesmith train --resume` goes on with it"
                if unfinished
                else "`edgesmith train` writes it",
            ) from error
        except OSError as error:
            raise ModelFileError(
                f"{str(file)!r} cannot be read: {error.strerror}", tip="check its permissions"
            ) from error
        except (ValueError, RecursionError) as error:
            raise ModelFileError(
                f"{str(file)!r} is not JSON: {error}",
                tip="it was edited or cut: copy the RUN again, or train again",
            ) from error
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != RUN_SCHEMA:
            raise ModelFileError(
                f"{str(file)!r} has schema {schema!r}; this version reads {RUN_SCHEMA!r}",
                tip="train again, or install the edgesmith that wrote it",
            )
        return from_json(cls, document, where=RUN_FILE)

    def images(self, split: SplitName) -> LabelledImages:
        """The files of a split where they were at training, existing ones or not."""
        records = self.data.split(split)
        return LabelledImages(
            labels=self.labels,
            files=tuple(Path(self.data.root) / record.path for record in records),
            classes=tuple(record.label for record in records),
        )


def record_images(root: Path, images: LabelledImages) -> tuple[ImageRecord, ...]:
    """Hash each file of a split. Raises `ImageError` naming one that cannot be read."""
    return tuple(
        ImageRecord(path=file.relative_to(root).as_posix(), label=label, sha256=sha256_of(file))
        for file, label in zip(images.files, images.classes, strict=True)
    )


def require_unchanged(root: Path, records: tuple[ImageRecord, ...]) -> None:
    """Raise `DataError` naming the first file that is gone or no longer has the recorded content."""
    for record in records:
        file = root / record.path
        if not file.is_file():
            raise DataError(
                f"{str(file)!r} is gone since training",
                tip="put it back, or name --calibration and --evaluate",
            )
        if sha256_of(file) != record.sha256:
            raise DataError(
                f"{str(file)!r} has changed since training",
                tip="train again, or name --calibration and --evaluate",
            )


def digest(*splits: tuple[ImageRecord, ...]) -> str:
    """SHA-256 over the paths, labels and contents of all splits, in order."""
    whole = hashlib.sha256()
    for records in splits:
        for record in records:
            whole.update(f"{record.path}\0{record.label}\0{record.sha256}\n".encode())
        whole.update(b"\n")
    return whole.hexdigest()


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises `ImageError` when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ImageError(
            f"{str(file)!r} cannot be read: {error.strerror or error}",
            tip="check its permissions, or where the link leads",
        ) from error
