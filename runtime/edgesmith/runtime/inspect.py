"""What a model file is: its metadata and tensors on the thin install, its operators where convert is installed."""

from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.errors import MissingExtraError, ModelFileError
from edgesmith.runtime.integrity import Content, content_of
from edgesmith.runtime.modelfile import format_of, read_spec
from edgesmith.runtime.spec import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSummary:
    """An input or output: NumPy name of its type, and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """`spec` is None for a file without edgesmith metadata; `operators` when they cannot be listed here.

    `operators`: count by operator name. `int8_share`: share of operators that compute on 8-bit integers,
    0..1. `content`: whether the model is the one that was written here, None where that is not stated; a
    damaged one is not loaded, since an engine may crash on it. `notes`: what could not be found out, and why.
    """

    file: str
    bytes: int
    spec: ModelSpec | None
    content: Content | None
    input: TensorSummary | None
    output: TensorSummary | None
    engine: str | None
    operators: dict[str, int] | None
    int8_share: float | None
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of `inspect --json`, without the golden answers."""
        document = {"schema": "edgesmith.inspect/1", **asdict(self)}
        if document["spec"] is not None:
            del document["spec"]["golden"]
        return document


_Tensors = tuple[TensorSummary | None, TensorSummary | None]  # input and output
_NO_TENSORS: _Tensors = (None, None)


def inspect(path: Path) -> Inspection:
    """Look a file over. Raises `ModelFileError` when no engine can load it or it is no `.tflite` or `.onnx`."""
    notes: list[str] = []
    format_of(path)
    spec = _spec_or_note(path, notes)
    content = None if spec is None else content_of(path, spec)
    engine, tensors, operators, share = None, _NO_TENSORS, None, None
    if content == "damaged":
        notes.append(
            "content: its SHA-256 is not the one stated at conversion; copy or convert the file again"
        )
    else:
        engine, tensors = _tensors_or_note(path, notes)
        operators, share = _operators_or_note(path, notes)
    return Inspection(
        file=str(path),
        bytes=path.stat().st_size,
        spec=spec,
        content=content,
        input=tensors[0],
        output=tensors[1],
        engine=engine,
        operators=operators,
        int8_share=share,
        notes=tuple(notes),
    )


def _spec_or_note(path: Path, notes: list[str]) -> ModelSpec | None:
    try:
        return read_spec(path)
    except ModelFileError as error:
        notes.append(f"metadata: {error}")
        return None


def _tensors_or_note(path: Path, notes: list[str]) -> tuple[str | None, _Tensors]:
    try:
        engine = open_engine(path, threads=1)
    except MissingExtraError as error:
        notes.append(f"tensors: {error}; {error.tip}")
        return None, _NO_TENSORS
    summary = (
        TensorSummary(dtype=engine.input_dtype.name, shape=engine.input_shape),
        TensorSummary(dtype=engine.output_dtype.name, shape=engine.output_shape),
    )
    engine.close()
    return engine.name, summary


def _operators_or_note(path: Path, notes: list[str]) -> tuple[dict[str, int] | None, float | None]:
    for entry in entry_points(group="edgesmith.operators"):
        try:
            operators, share = entry.load()(path)
        except MissingExtraError as error:
            notes.append(f"operators and int8_share: {error}; {error.tip}")
            return None, None
        return operators, share
    return None, None
