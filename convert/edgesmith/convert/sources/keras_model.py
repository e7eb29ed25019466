"""Keras models: `.keras` files, the one in a RUN, and Keras 2's `.h5`."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.sources.source import Predict, Source
from edgesmith.runtime.engines.interface import CLASSIFIER_TIP
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError
from edgesmith.runtime.runrecord import RunRecord, sha256_of

KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")

_BATCH = 32


def load_keras(file: Path, *, run: RunRecord | None) -> Source:
    """Load a Keras model with one image input and one output of fixed shape.

    Raises `ModelFileError` when it is damaged or Keras cannot load it, `UnsupportedModelError` for other shapes.
    """
    _require_whole(file)
    legacy = {} if file.suffix == ".keras" else {"DepthwiseConv2D": _Keras2DepthwiseConv2D}
    try:
        model = keras.saving.load_model(file, custom_objects=legacy, compile=False)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{str(file)!r}: Keras {keras.__version__} cannot load it: {_reason(error)}",
            tip="layers and functions of your own: --custom MODULE names the Python module that defines them",
        ) from error
    shape = _image_shape(model)
    return Source(
        framework=f"keras {keras.__version__}",
        sha256=sha256_of(file),
        flatbuffer=to_flatbuffer(lambda image: model(image, training=False), shape),
        predict=_predictor(model),
        run=run,
    )


def _require_whole(file: Path) -> None:
    # Of a damaged file, Keras says that it is not found, or that a layer of it is unknown.
    try:
        if file.suffix == ".keras":
            with zipfile.ZipFile(file) as archive:
                spoilt = archive.testzip()
        else:
            h5py.File(file, "r").close()
            spoilt = None
    except (OSError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(file) from error
    if spoilt is not None:
        raise _damaged(file)


def _damaged(file: Path) -> ModelFileError:
    kind = "ZIP archive, which a .keras file is" if file.suffix == ".keras" else "HDF5 file"
    return ModelFileError(
        f"{str(file)!r} is damaged or truncated: no whole {kind}", tip="copy it again, or train again"
    )


def _reason(error: Exception) -> str:
    # Keras puts the cause, such as a class it cannot locate, behind lines about its own deserialization.
    cause = str(error).rpartition("Exception encountered: ")[2]
    return cause.partition(". ")[0].partition("\n")[0] or type(error).__name__


class _Keras2DepthwiseConv2D(keras.layers.DepthwiseConv2D):  # type: ignore[misc]  # keras is untyped
    """Keras 2 wrote `groups: 1` into this layer's configuration, which Keras 3 refuses."""

    def __init__(self, **configuration: Any) -> None:
        configuration.pop("groups", None)
        super().__init__(**configuration)


def _image_shape(model: Any) -> tuple[int, int, int]:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UnsupportedModelError(
            f"{len(model.inputs)} inputs and {len(model.outputs)} outputs; a classifier has one of each",
            tip=CLASSIFIER_TIP,
        )
    shape = tuple(model.inputs[0].shape)
    if len(shape) != 4 or None in shape[1:]:
        raise UnsupportedModelError(
            f"input shape {shape}; fixed (batch, height, width, channels) is needed", tip=CLASSIFIER_TIP
        )
    return shape[1:]


def _predictor(model: Any) -> Predict:
    def predict(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = model.predict(pixels, batch_size=_BATCH, verbose=0)
        return scores

    return predict
