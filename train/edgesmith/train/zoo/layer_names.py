"""How Keras names layers that were given no name: by their kind and a count."""

import re
from collections import Counter
from typing import Any


def keys_by_kind(model: Any) -> dict[str, str]:
    """`conv2d_3` for the fourth Conv2D of a model, and so on, by the layer's name.

    The keys of a Keras 3 weights file (keras/src/saving/saving_lib.py, `_save_container_state`).
    """
    counts: Counter[str] = Counter()
    keys = {}
    for layer in model.layers:
        kind = _snake_case(type(layer).__name__)
        keys[layer.name] = f"{kind}_{counts[kind]}" if counts[kind] else kind
        counts[kind] += 1
    return keys


def number_from_the_start(model: Any) -> None:
    """Name the layers without names of their own by their keys, whatever the process built before.

    Otherwise the number in a name would grow with every model of the process.
    """
    for layer, key in zip(model.layers, keys_by_kind(model).values(), strict=True):
        if re.sub(r"_\d+$", "", layer.name) == _snake_case(type(layer).__name__):
            layer.name = key


def _snake_case(name: str) -> str:
    # keras.src.utils.naming.to_snake_case, which is not public: Conv2D -> conv2d, ReLU -> re_lu.
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
