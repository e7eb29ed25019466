"""TensorFlow SavedModel folders."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.sources.source import Predict, Source
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError
from edgesmith.runtime.runrecord import sha256_of

SIGNATURE = "serving_default"


def load_saved_model(folder: Path) -> Source:
    """Load the folder's `serving_default` signature, with one image input and one output.

    Raises `ModelFileError` when it cannot be loaded, `UnsupportedModelError` for other signatures.
    """
    try:
        loaded = tf.saved_model.load(str(folder))
    # IndexError is what truncated variables raise.
    except (OSError, ValueError, IndexError, tf.errors.OpError) as error:
        raise ModelFileError(
            f"{str(folder)!r} is no SavedModel that loads: {error}",
            tip="copy the whole folder again, with variables/; or save the model as .keras",
        ) from error
    signature = loaded.signatures.get(SIGNATURE)
    if signature is None:
        raise UnsupportedModelError(
            f"{str(folder)!r} has the signatures {sorted(loaded.signatures)}; {SIGNATURE!r} is needed",
            tip="model.export(FOLDER) in Keras 3 writes that signature",
        )
    shape, classify = _classifier(signature)
    return Source(
        framework=f"tensorflow {tf.__version__} SavedModel",
        sha256=_sha256_of_folder(folder),
        flatbuffer=to_flatbuffer(classify, shape),
        predict=_predictor(classify),
        run=None,
    )


def _classifier(signature: Any) -> tuple[tuple[int, int, int], Callable[[Any], Any]]:
    """The image's shape and a function from a batch of images to its scores."""
    specs = list(signature.structured_input_signature[1].items())
    if len(specs) != 1 or len(signature.structured_outputs) != 1:
        raise UnsupportedModelError(
            f"{len(specs)} inputs and {len(signature.structured_outputs)} outputs; a classifier has one of each",
            tip=CLASSIFIER_TIP,
        )
    name, spec = specs[0]
    if spec.shape.rank != 4 or None in spec.shape.as_list()[1:]:
        raise UnsupportedModelError(
            f"input shape {spec.shape}; fixed [batch, height, width, channels] is needed", tip=CLASSIFIER_TIP
        )
    _, height, width, channels = spec.shape.as_list()
    return (height, width, channels), lambda image: next(iter(signature(**{name: image}).values()))


def _predictor(classify: Callable[[Any], Any]) -> Predict:
    def predict(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        images = tf.constant(pixels)
        # One at a time: a signature may have been exported for batch 1.
        return np.concatenate([classify(images[i : i + 1]).numpy() for i in range(len(pixels))])

    return predict


def _sha256_of_folder(folder: Path) -> str:
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{file.relative_to(folder).as_posix()}\0{sha256_of(file)}\n".encode())
    return whole.hexdigest()
