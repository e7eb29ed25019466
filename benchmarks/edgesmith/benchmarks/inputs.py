"""Model files and data of a benchmark, looked over before anything is measured."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgesmith.runtime.errors import DataError, ImageError, ModelFileError
from edgesmith.runtime.imagefolder import LabelledImages, list_evaluation, list_images
from edgesmith.runtime.images import decode
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.runrecord import RUN_FILE, RunRecord, require_unchanged, sha256_of
from edgesmith.runtime.spec import MODEL_FORMATS, ModelSpec

_NAMED_BAD_IMAGES = 5
_MODEL_SUFFIXES = tuple(f".{known}" for known in MODEL_FORMATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInput:
    """One model file. `file`: the name it goes by in results, never an absolute path."""

    path: Path
    file: str
    sha256: str
    bytes: int
    spec: ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInput:
    """The images of a benchmark; `labelled` is None where there are no class folders."""

    folder: Path
    files: tuple[Path, ...]
    labelled: LabelledImages | None

    def classes_for(self, model: ModelInput) -> tuple[int, ...] | None:
        """Class indices of the files in the model's own order of labels; None without labels.

        Raises `DataError` naming the model and the classes that it does not know.
        """
        if self.labelled is None:
            return None
        try:
            return self.labelled.relabelled(model.spec.labels).classes
        except DataError as error:
            raise DataError(f"{model.file}: {error}", tip=error.tip) from error


def read_models(paths: Sequence[Path]) -> list[ModelInput]:
    """Read each file's spec; a folder stands for the model files in it.

    Raises `ModelFileError` for a bad file, one that is given twice, and a folder without model files.
    """
    paths = [file for path in paths for file in _model_files(path)]
    return [
        ModelInput(
            path=path, file=file, sha256=sha256_of(path), bytes=path.stat().st_size, spec=read_spec(path)
        )
        for path, file in zip(_existing(paths), _distinct_names(paths), strict=True)
    ]


def list_data(folder: Path) -> DataInput:
    """List the images: of a RUN its test split; by class where `folder` has subfolders; else without labels.

    Raises `DataError` as `edgesmith.runtime.imagefolder` does, and when a RUN's images have changed.
    """
    if (folder / RUN_FILE).is_file():
        run = RunRecord.load(folder)
        root = Path(run.data.root)
        require_unchanged(root, run.data.test)
        test = run.images("test")
        return DataInput(folder=root, files=test.files, labelled=test)
    if folder.is_dir() and not _has_subfolders(folder):
        return DataInput(folder=folder, files=tuple(list_images(folder)), labelled=None)
    labelled = list_evaluation(folder)
    return DataInput(folder=folder, files=labelled.files, labelled=labelled)


def check_and_hash(data: DataInput, *, advance: Callable[[], None] = lambda: None) -> str:
    """Decode every image, and return SHA-256 over all relative paths and contents, in order.

    `advance` is called once an image. Raises `ImageError` naming the first few that cannot be read.
    """
    whole = hashlib.sha256()
    bad: list[str] = []
    for file in data.files:
        try:
            content = file.read_bytes()
            decode(content)
        except (ImageError, OSError):
            bad.append(file.relative_to(data.folder).as_posix())
        else:
            digest = hashlib.sha256(content).hexdigest()
            whole.update(f"{file.relative_to(data.folder).as_posix()}\0{digest}\n".encode())
        advance()
    if bad:
        shown = ", ".join(bad[:_NAMED_BAD_IMAGES]) + (", …" if len(bad) > _NAMED_BAD_IMAGES else "")
        raise ImageError(
            f"{len(bad)} of {len(data.files)} images in {str(data.folder)!r} cannot be read: {shown}",
            tip="remove or replace them; nothing was measured",
        )
    return whole.hexdigest()


def _model_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix in _MODEL_SUFFIXES)
    if not found:
        raise ModelFileError(f"{str(path)!r} holds no {' or '.join(_MODEL_SUFFIXES)} files")
    return found


def _existing(paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.is_file():
            raise ModelFileError(f"{str(path)!r}: no such model file")
    return paths


def _distinct_names(paths: Sequence[Path]) -> list[str]:
    resolved = [path.resolve() for path in paths]
    for path, count in Counter(resolved).items():
        if count > 1:
            raise ModelFileError(f"{path.name} is given {count} times", tip="name each file once")
    names = Counter(path.name for path in resolved)
    return [path.name if names[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in resolved]


def _has_subfolders(folder: Path) -> bool:
    return any(entry.is_dir() and not entry.name.startswith(".") for entry in folder.iterdir())
