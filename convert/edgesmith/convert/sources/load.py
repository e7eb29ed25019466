"""Telling a RUN, Keras files, SavedModel folders and `.tflite` files apart."""

from pathlib import Path

from edgesmith.convert.sources.keras_model import KERAS_SUFFIXES, load_keras
from edgesmith.convert.sources.saved_model import load_saved_model
from edgesmith.convert.sources.source import Source
from edgesmith.convert.sources.tflite_file import load_tflite
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.runrecord import MODEL_FILE, RUN_FILE, RunRecord


def load_source(path: Path) -> Source:
    """Load a model and export it as float TFLite. Raises `ModelFileError` when it does not load."""
    run = find_run(path)
    if run is not None:
        return load_keras(run / MODEL_FILE, run=RunRecord.load(run))
    if path.is_dir():
        return load_saved_model(path)
    if path.suffix == ".tflite":
        return load_tflite(path)
    return load_keras(path, run=None)


def require_source(path: Path) -> None:
    """Raise `ModelFileError` unless `path` looks like one of the sources. Cheap: reads nothing."""
    tip = (
        "give a RUN folder of `edgesmith train`, a .keras, .h5 or float .tflite file, or a SavedModel folder"
    )
    if not path.exists():
        raise ModelFileError(f"{str(path)!r}: no such model", tip=tip)
    run = find_run(path)
    if run is not None:
        if not (run / MODEL_FILE).is_file():
            raise ModelFileError(
                f"{str(run)!r} holds {RUN_FILE} but no {MODEL_FILE}",
                tip="`edgesmith train` writes it: train again",
            )
    elif path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise ModelFileError(f"{str(path)!r} holds neither {RUN_FILE} nor saved_model.pb", tip=tip)
    elif path.suffix == ".onnx":
        raise ModelFileError(f"{str(path)!r}: ONNX is what convert writes, not what it reads", tip=tip)
    elif path.suffix not in (*KERAS_SUFFIXES, ".tflite"):
        raise ModelFileError(f"{str(path)!r} has the suffix {path.suffix!r}", tip=tip)


def find_run(path: Path) -> Path | None:
    """The RUN that `path` is, or whose model file it is."""
    for folder in (path, path.parent if path.name == MODEL_FILE else path):
        if (folder / RUN_FILE).is_file():
            return folder
    return None
