"""`--weights FILE`: weights of the same network from a file of Keras 2 or 3.

Keras' own `load_weights` names one of the tensors that do not fit; a user needs the list. So the tensors are
read, compared with all of the model's, and only then assigned.

Formats: Keras 3 `.weights.h5` and the `.keras` archive around it (keras/src/saving/saving_lib.py) name
layers by class and count (`conv2d_3`); Keras 2 `.h5` (keras/src/legacy/saving/legacy_h5_format.py) names
them as the model does, in the model's order.
"""

import io
import zipfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import ModelFileError
from edgesmith.train.zoo.applications import from_bgr
from edgesmith.train.zoo.layer_names import keys_by_kind
from edgesmith.train.zoo.network import NORMALISATION_LAYER

Arrays = list[NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """`layers`: the file's weights by its own layer keys. `keys`: the key of each of the model's layers.

    `ordered`: whether `layers` stand in the order of the file's model. `ours`: the file's model takes raw
    pixels, red first, and normalises them in a layer of ours.
    """

    layers: dict[str, Arrays]
    keys: dict[str, str]
    ordered: bool
    ours: bool


def load_weights(model: Any, file: Path, *, bgr_layer: str | None = None) -> list[str]:
    """Fill every layer of the Keras model `model` that has weights; the file's unused layers are returned.

    `bgr_layer`: as `Network` has it; the layer's channels are turned round unless the file is of a model of ours.
    Raises `ModelFileError` that lists all that fits and all that does not, the model untouched.
    """
    stored = _read(file, model)
    layers = [layer for layer in model.layers if layer.weights]
    keys = _matching_keys(layers, stored)
    differing = [layer for layer in layers if _shapes(stored.layers.get(keys[layer.name])) != _wanted(layer)]
    unused = sorted(set(stored.layers) - {keys[layer.name] for layer in layers})
    if differing:
        raise ModelFileError(
            f"{str(file)!r} does not fit {model.name}: {len(differing)} of {len(layers)} layers differ",
            tip="are --model and --alpha those that the file was written with?",
            details=_report(
                layers, {layer.name: stored.layers.get(keys[layer.name]) for layer in layers}, unused
            ),
        )
    for layer in layers:
        arrays = stored.layers[keys[layer.name]]
        layer.set_weights(from_bgr(arrays) if layer.name == bgr_layer and not stored.ours else arrays)
    return unused


def _matching_keys(layers: list[Any], stored: _Stored) -> dict[str, str]:
    """The file's key for each of the layers: by name, or by order where that fits and the names do not.

    Keras 2 numbered layers without a name over the whole process, so that the published InceptionV3 has other
    numbers than a new one.
    """
    names = [layer.name for layer in layers]
    by_name = {name: stored.keys[name] for name in names}
    if not stored.ordered or all(key in stored.layers for key in by_name.values()):
        return by_name
    by_order = dict(zip(names, stored.layers, strict=False))
    fits = len(by_order) == len(layers) and all(
        _shapes(stored.layers[by_order[layer.name]]) == _wanted(layer) for layer in layers
    )
    return by_order if fits else by_name


def _wanted(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _shapes(arrays: Arrays | None) -> list[tuple[int, ...]] | None:
    return None if arrays is None else [array.shape for array in arrays]


def _report(layers: list[Any], found: dict[str, Arrays | None], unused: list[str]) -> list[str]:
    """As lines, every layer once: those that fit and those that are missing as ranges, those of other shapes one by one."""
    fit: list[str] = []
    missing: list[str] = []
    other: list[str] = []
    for state, group in groupby(layers, lambda layer: _state(layer, found[layer.name])):
        run = list(group)
        if state == "other shape":
            other += [
                f"{layer.name}: {_shapes(found[layer.name])}, expected {_wanted(layer)}" for layer in run
            ]
        else:
            names = run[0].name if len(run) == 1 else f"{run[0].name} to {run[-1].name} ({len(run)})"
            (fit if state == "fits" else missing).append(names)
    sections = {"fit": fit, "other shapes": other, "not in the file": missing, "in the file only": unused}
    return [
        line
        for title, lines in sections.items()
        if lines
        for line in (f"{title}:", *(f"  {line}" for line in lines))
    ]


def _state(layer: Any, arrays: Arrays | None) -> str:
    if arrays is None:
        return "missing"
    return "fits" if _shapes(arrays) == _wanted(layer) else "other shape"


def _read(file: Path, model: Any) -> _Stored:
    try:
        content: Any = file
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                content = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(content, "r") as root:
            if "layers" in root:
                return _read_keras_3(root["layers"], model)
            group = root.get("model_weights", root)
            if "layer_names" in group.attrs:
                return _read_keras_2(group, model)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(
            f"{str(file)!r} cannot be read as Keras weights: {error}",
            tip="a .h5, .weights.h5 or .keras file?",
        ) from error
    raise ModelFileError(
        f"{str(file)!r} is an HDF5 file without Keras layers",
        tip="--weights takes what model.save or model.save_weights wrote",
    )


def _read_keras_3(layers: Any, model: Any) -> _Stored:
    stored, names = {}, set()
    for key, group in layers.items():
        variables = group.get("vars", {})
        if len(variables):
            stored[key] = [np.asarray(variables[str(index)]) for index in range(len(variables))]
        elif "vars" in group:
            names.add(_text(variables.attrs.get("name", "")))
    return _Stored(layers=stored, keys=keys_by_kind(model), ordered=False, ours=NORMALISATION_LAYER in names)


def _read_keras_2(group: Any, model: Any) -> _Stored:
    names = [_text(name) for name in group.attrs["layer_names"]]
    stored = {}
    for name in names:
        weight_names = [_text(weight) for weight in group[name].attrs["weight_names"]]
        if weight_names:
            stored[name] = [np.asarray(group[name][weight]) for weight in weight_names]
    return _Stored(
        layers=stored,
        keys={layer.name: layer.name for layer in model.layers},
        ordered=True,
        ours=NORMALISATION_LAYER in names,
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
