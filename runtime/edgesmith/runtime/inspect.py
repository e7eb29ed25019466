"""What a model file is: its metadata and tensors on the thin install, its operators where convert is installed."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from edgesmith.runtime.anatomy import Anatomy
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.errors import EngineError, MissingExtraError, ModelFileError
from edgesmith.runtime.integrity import Content, content_of
from edgesmith.runtime.modelfile import format_of, read_spec
from edgesmith.runtime.spec import ModelSpec

ENTRY_POINTS = "edgesmith.anatomy"
"""Who can take a file apart registers here: `read`, a file to an `Anatomy`; `draw`, an `Anatomy` to SVG text."""

# A name that promises integers: flowers-int8, mobilenet_quant, model_full_integer_quant, v2.qdq.
_CALLED_INT8 = re.compile(r"(?i)(?<![a-z])(u?int8|quant|quantized|ptq|qat|qdq)(?![a-z])")

# The head of a classifier may stay in float without costing time; a tenth of the work may not.
_KEPT_PROMISE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSummary:
    """An input or output: NumPy name of its type, and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """`spec` is None for a file without edgesmith metadata; `anatomy` when it cannot be read here.

    `content`: whether the model is the one that was written here, None where that is not stated; a damaged
    one is not loaded, since an engine may crash on it. `notes`: what could not be found out, and why.
    """

    file: str
    bytes: int
    spec: ModelSpec | None
    content: Content | None
    input: TensorSummary | None
    output: TensorSummary | None
    engine: str | None
    anatomy: Anatomy | None
    notes: tuple[str, ...]

    @property
    def doubt(self) -> str | None:
        """Where a file is called int8 and most of its work is not: who says so, and the truth."""
        share = None if self.anatomy is None else self.anatomy.int8_macs_share
        if share is None or share >= _KEPT_PROMISE:
            return None
        if self.spec is not None and self.spec.precision == "int8":
            claimed = "its metadata say int8"
        elif _CALLED_INT8.search(Path(self.file).stem):
            claimed = "its name says int8"
        else:
            return None
        return f"{claimed}, but only {100 * share:.0f} % of its multiply-accumulates run on 8-bit integers"

    def to_json(self) -> dict[str, Any]:
        """The document of `inspect --json`, without the golden answers."""
        document: dict[str, Any] = {"schema": "edgesmith.inspect/1", **asdict(self)}
        del document["anatomy"]
        notes = document.pop("notes")
        if document["spec"] is not None:
            del document["spec"]["golden"]
        document["doubt"] = self.doubt
        document |= dict.fromkeys(_ANATOMY_KEYS) if self.anatomy is None else self.anatomy.to_json()
        return {**document, "notes": notes}


_ANATOMY_KEYS = (
    "operators", "int8_share", "parameters", "macs", "int8_macs_share", "oldest_runtime", "float_operators", "layers",
)  # fmt: skip

_Tensors = tuple[TensorSummary | None, TensorSummary | None]  # input and output
_NO_TENSORS: _Tensors = (None, None)


def inspect(path: Path) -> Inspection:
    """Look a file over. Raises `ModelFileError` when nothing here can read it or it is no `.tflite` or `.onnx`."""
    notes: list[str] = []
    format_of(path)
    spec = _spec_or_note(path, notes)
    content = None if spec is None else content_of(path, spec)
    engine, tensors, anatomy = None, _NO_TENSORS, None
    if content == "damaged":
        notes.append(
            "content: its SHA-256 is not the one stated at conversion; copy or convert the file again"
        )
    else:
        engine, tensors, anatomy = _insides(path, notes)
    return Inspection(
        file=str(path),
        bytes=path.stat().st_size,
        spec=spec,
        content=content,
        input=tensors[0],
        output=tensors[1],
        engine=engine,
        anatomy=anatomy,
        notes=tuple(notes),
    )


def draw(anatomy: Anatomy, *, title: str) -> str:
    """The graph as SVG. Raises `MissingExtraError` where nobody here can draw."""
    drawing = _registered("draw")
    if drawing is None:
        raise MissingExtraError("edgesmith.convert", extra="convert")
    svg: str = drawing(anatomy, title=title)
    return svg


def _insides(path: Path, notes: list[str]) -> tuple[str | None, _Tensors, Anatomy | None]:
    """An engine that refuses the file is a note where it can be read all the same, and else the error."""
    engine, tensors, refusal = None, _NO_TENSORS, None
    try:
        engine, tensors = _tensors_or_note(path, notes)
    except (ModelFileError, EngineError) as error:
        refusal = error
    try:
        anatomy = _anatomy_or_note(path, notes)
    except ModelFileError as error:
        raise (refusal or error) from error
    if refusal is not None:
        if anatomy is None:
            raise refusal
        notes.append(f"tensors: {refusal}")
    return engine, tensors, anatomy


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


def _anatomy_or_note(path: Path, notes: list[str]) -> Anatomy | None:
    read = _registered("read")
    if read is None:
        return None
    try:
        anatomy: Anatomy = read(path)
    except MissingExtraError as error:
        notes.append(f"operators: {error}; {error.tip}")
        return None
    notes += anatomy.notes
    return anatomy


def _registered(name: str) -> Callable[..., Any] | None:
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        function: Callable[..., Any] = entry.load()
        return function
    return None
