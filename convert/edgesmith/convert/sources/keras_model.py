"""Keras models: `.keras` files, and the one in a RUN."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import keras  # isort: skip
from numpy.typing import NDArray

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.sources.source import Source
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError
from edgesmith.runtime.runrecord import RunRecord, sha256_of

_BATCH = 32


def load_keras(file: Path, *, run: RunRecord | None) -> Source:
    """Load a `.keras` file with one image input and one output of fixed shape.

    Raises `ModelFileError` when Keras cannot load it, `UnsupportedModelError` for other shapes.
    """
    try:
        model = keras.saving.load_model(file, compile=False)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{str(file)!r}: Keras {keras.__version__} cannot load it: {str(error).splitlines()[0]}",
            tip="custom layers and functions cannot be loaded; rebuild the model from Keras layers",
        ) from error
    shape = _image_shape(model)
    return Source(
        framework=f"keras {keras.__version__}",
        sha256=sha256_of(file),
        flatbuffer=to_flatbuffer(lambda image: model(image, training=False), shape),
        predict=_predictor(model),
        run=run,
    )


def _image_shape(model: Any) -> tuple[int, int, int]:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UnsupportedModelError(
            f"{len(model.inputs)} inputs and {len(model.outputs)} outputs; a classifier has one of each"
        )
    shape = tuple(model.inputs[0].shape)
    if len(shape) != 4 or None in shape[1:]:
        raise UnsupportedModelError(f"input shape {shape}; fixed (batch, height, width, channels) is needed")
    return shape[1:]


def _predictor(model: Any) -> Any:
    def predict(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = model.predict(pixels.astype(np.float32), batch_size=_BATCH, verbose=0)
        return scores

    return predict
