"""TensorFlow SavedModel folders."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.sources.source import Source
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError
from edgesmith.runtime.runrecord import sha256_of

SIGNATURE = "serving_default"


def load_saved_model(folder: Path) -> Source:
    """Load the folder's `serving_default` signature, with one image input and one output.

    Raises `ModelFileError` when it cannot be loaded, `UnsupportedModelError` for other signatures.
    """
    try:
        loaded = tf.saved_model.load(str(folder))
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{str(folder)!r} is no SavedModel that loads: {error}") from error
    signature = loaded.signatures.get(SIGNATURE)
    if signature is None:
        raise UnsupportedModelError(
            f"{str(folder)!r} has the signatures {sorted(loaded.signatures)}; {SIGNATURE!r} is needed"
        )
    fixed = _with_batch_of_one(signature)
    module = tf.Module()
    module.loaded, module.fixed = loaded, fixed  # keeps the variables that the function reads
    with tempfile.TemporaryDirectory() as temporary:
        tf.saved_model.save(module, temporary, signatures={SIGNATURE: fixed})
        flatbuffer = to_flatbuffer(temporary)
    return Source(
        framework=f"tensorflow {tf.__version__} SavedModel",
        sha256=_sha256_of_folder(folder),
        flatbuffer=flatbuffer,
        predict=_predictor(fixed),
        run=None,
    )


def to_flatbuffer(folder: str) -> bytes:
    """Float TFLite of a SavedModel folder, BatchNormalization folded by TensorFlow's converter."""
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    try:
        flatbuffer: bytes = converter.convert()
    except Exception as error:  # the converter's own exception class is private
        raise UnsupportedModelError(
            f"TensorFlow's converter refuses the model: {str(error).splitlines()[0]}",
            tip="a layer of it has no TFLite counterpart; the message names it",
        ) from error
    return flatbuffer


def _with_batch_of_one(signature: Any) -> Any:
    specs = list(signature.structured_input_signature[1].items())
    if len(specs) != 1 or len(signature.structured_outputs) != 1:
        raise UnsupportedModelError(
            f"{len(specs)} inputs and {len(signature.structured_outputs)} outputs; a classifier has one of each"
        )
    name, spec = specs[0]
    if spec.shape.rank != 4 or None in spec.shape.as_list()[1:]:
        raise UnsupportedModelError(
            f"input shape {spec.shape}; fixed [batch, height, width, channels] is needed"
        )
    fixed = tf.TensorSpec((1, *spec.shape[1:]), tf.float32, name="image")
    return tf.function(lambda image: next(iter(signature(**{name: image}).values())), input_signature=[fixed])


def _predictor(fixed: Any) -> Any:
    def predict(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.concatenate(
            [fixed(pixels[i : i + 1].astype(np.float32)).numpy() for i in range(len(pixels))]
        )

    return predict


def _sha256_of_folder(folder: Path) -> str:
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{file.relative_to(folder).as_posix()}\0{sha256_of(file)}\n".encode())
    return whole.hexdigest()
