"""`--weights FILE`: weights of the same network from a file of Keras 2 or 3.

Keras' own `load_weights` names one of the tensors that do not fit; a user needs the list. So the tensors are
read, compared with all of the model's, and only then assigned.

Formats: Keras 3 `.weights.h5` and the `.keras` archive around it (keras/src/saving/saving_lib.py) name
layers by class and count (`conv2d_3`); Keras 2 `.h5` (keras/src/legacy/saving/legacy_h5_format.py) names
them as the model does.
"""

import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import ModelFileError

Arrays = list[NDArray[Any]]

_SHOWN = 8  # mismatches in the message; the count is always complete


def load_weights(model: Any, file: Path) -> list[str]:
    """Fill every layer of the Keras model `model` that has weights; the file's unused layers are returned.

    Raises `ModelFileError` that lists what is missing in the file or has another shape, the model untouched.
    """
    stored, keys = _read(file, model)
    wanted = {keys[layer.name]: layer for layer in model.layers if layer.weights}
    problems = [
        problem for key, layer in wanted.items() if (problem := _mismatch(layer, stored.get(key))) is not None
    ]
    if problems:
        shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
        more = f"\n  … and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise ModelFileError(
            f"{str(file)!r} does not fit {model.name}: {len(problems)} of {len(wanted)} layers differ{shown}{more}",
            tip="are --model and --alpha those that the file was written with?",
        )
    for key, layer in wanted.items():
        layer.set_weights(stored[key])
    return sorted(set(stored) - set(wanted))


def _mismatch(layer: Any, arrays: Arrays | None) -> str | None:
    if arrays is None:
        return f"{layer.name}: not in the file"
    expected = [tuple(weight.shape) for weight in layer.weights]
    found = [array.shape for array in arrays]
    return None if expected == found else f"{layer.name}: shapes {found}, expected {expected}"


def _read(file: Path, model: Any) -> tuple[dict[str, Arrays], dict[str, str]]:
    """The file's weights by its own layer keys, and the key of each of the model's layers."""
    try:
        content: Any = file
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                content = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(content, "r") as root:
            if "layers" in root:
                return _read_keras_3(root["layers"]), _keras_3_keys(model)
            group = root.get("model_weights", root)
            if "layer_names" in group.attrs:
                return _read_keras_2(group), {layer.name: layer.name for layer in model.layers}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{str(file)!r} cannot be read as Keras weights: {error}",
            tip="a .h5, .weights.h5 or .keras file?",
        ) from error
    raise ModelFileError(f"{str(file)!r} is an HDF5 file without Keras layers")


def _read_keras_3(layers: Any) -> dict[str, Arrays]:
    stored = {}
    for name, group in layers.items():
        variables = group.get("vars", {})
        if len(variables):
            stored[name] = [np.asarray(variables[str(index)]) for index in range(len(variables))]
    return stored


def _keras_3_keys(model: Any) -> dict[str, str]:
    counts: Counter[str] = Counter()
    keys = {}
    for layer in model.layers:
        kind = _snake_case(type(layer).__name__)
        keys[layer.name] = f"{kind}_{counts[kind]}" if counts[kind] else kind
        counts[kind] += 1
    return keys


def _snake_case(name: str) -> str:
    # keras.src.utils.naming.to_snake_case, which is not public: Conv2D -> conv2d, ReLU -> re_lu.
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _read_keras_2(group: Any) -> dict[str, Arrays]:
    stored = {}
    for name in map(_text, group.attrs["layer_names"]):
        weight_names = [_text(weight) for weight in group[name].attrs["weight_names"]]
        if weight_names:
            stored[name] = [np.asarray(group[name][weight]) for weight in weight_names]
    return stored


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
