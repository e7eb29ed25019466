"""Model files and data of a benchmark, looked over before anything is measured."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.results import DataFacts
from edgesmith.runtime.errors import DataError, EdgesmithError, ImageError, ModelFileError
from edgesmith.runtime.imagefolder import LabelledImages, list_evaluation, list_images
from edgesmith.runtime.images import decode
from edgesmith.runtime.inspect import inspect
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.runrecord import RUN_FILE, RunRecord, require_unchanged, sha256_of
from edgesmith.runtime.spec import MODEL_FORMATS, ModelSpec

_NAMED_BAD_IMAGES = 5
_NAMED_LABELS = 10
_MODEL_SUFFIXES = tuple(f".{known}" for known in MODEL_FORMATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInput:
    """One model file. `file`: the name it goes by in results, never an absolute path.

    Of a file that is called int8: `int8_macs_share`, how much of its work is done on 8-bit integers, 0..1, and
    `doubt`, that this is too little to be called so. None for others, and where the convert part, which reads
    operators, is not installed.
    """

    path: Path
    file: str
    sha256: str
    bytes: int
    spec: ModelSpec
    int8_macs_share: float | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInput:
    """The images of a benchmark; `labelled` is None where there are no class folders.

    `name`: of what was given, a RUN or the folder of images. `folder`: the images' own.
    """

    name: str
    folder: Path
    files: tuple[Path, ...]
    labelled: LabelledImages | None

    def classes_for(self, model: ModelInput) -> tuple[int, ...] | None:
        """Class indices of the files in the model's own order of labels; None without labels.

        Raises `DataError` naming the model and the classes that it does not know.
        """
        if self.labelled is None:
            return None
        _require_known(self.labelled.labels, model)
        return self.labelled.relabelled(model.spec.labels).classes


def read_models(paths: Sequence[Path]) -> list[ModelInput]:
    """Read each file's spec; a folder stands for the model files in it.

    Raises `ModelFileError` for a bad file, one that is given twice, and a folder without model files.
    """
    paths = [file for path in paths for file in _model_files(path)]
    return [
        _read_model(path, file) for path, file in zip(_existing(paths), _distinct_names(paths), strict=True)
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
        return DataInput(name=folder.resolve().name, folder=root, files=test.files, labelled=test)
    if folder.is_dir() and not _has_subfolders(folder):
        return DataInput(
            name=folder.resolve().name, folder=folder, files=tuple(list_images(folder)), labelled=None
        )
    labelled = list_evaluation(folder)
    return DataInput(name=folder.resolve().name, folder=folder, files=labelled.files, labelled=labelled)


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


def check_data(data: DataInput, progress: Progress) -> DataFacts:
    """What results say of the images, once all of them could be read. Raises as `check_and_hash` does."""
    with progress.bar("check data", len(data.files)) as show:
        counter = iter(range(1, len(data.files) + 1))
        digest = check_and_hash(data, advance=lambda: show(next(counter)))
    return DataFacts(
        name=data.name,
        sha256=digest,
        images=len(data.files),
        labelled=data.labelled is not None,
    )


def _read_model(path: Path, file: str) -> ModelInput:
    spec = read_spec(path)
    share, doubt = _int8_truth(path) if spec.precision == "int8" or "int8" in path.stem else (None, None)
    return ModelInput(
        path=path,
        file=file,
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        spec=spec,
        int8_macs_share=share,
        doubt=doubt,
    )


def _int8_truth(path: Path) -> tuple[float | None, str | None]:
    try:
        found = inspect(path)
    except EdgesmithError:
        # No engine of this machine takes the file. Whether the measured one does is found out there, and told.
        return None, None
    return None if found.anatomy is None else found.anatomy.int8_macs_share, found.doubt


def _require_known(labels: Sequence[str], model: ModelInput) -> None:
    """Raise `DataError` with the differences by name when the data have classes that the model does not."""
    strangers = sorted(set(labels) - set(model.spec.labels))
    unused = sorted(set(model.spec.labels) - set(labels))
    if not strangers:
        return
    near = {stranger: get_close_matches(stranger, unused, n=1, cutoff=0.6) for stranger in strangers}
    guesses = [f"{stranger!r} for {match[0]!r}" for stranger, match in near.items() if match]
    raise DataError(
        f"{model.file}: the data have classes that the model does not know: {_some(strangers)}; the model's "
        f"labels without images are {_some(unused)}",
        tip=f"the folders may be misnamed: {', '.join(guesses)}"
        if guesses
        else "measure a model with the classes it was trained on, or a folder of images without classes",
    )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_NAMED_LABELS]))
    return (shown or "none") + (f", … ({len(names)} in all)" if len(names) > _NAMED_LABELS else "")


def _model_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix in _MODEL_SUFFIXES)
    if not found:
        raise ModelFileError(
            f"{str(path)!r} holds no {' or '.join(_MODEL_SUFFIXES)} files",
            tip="`edgesmith convert` writes model files; name its folder, or the files",
        )
    return found


def _existing(paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.is_file():
            raise ModelFileError(
                f"{str(path)!r}: no such model file",
                tip="`ls` shows what is there; `edgesmith convert` writes model files",
            )
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
