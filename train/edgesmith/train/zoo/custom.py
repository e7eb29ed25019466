"""A network of the user's: `--model my_module:build` or `--model path/to/file.py:build`.

The contract: `build(input_shape, classes)` returns a Keras model from raw pixels, float [n, height, width, channels] in
0..255, to probabilities [n, classes]; two classes may be one sigmoid output [n, 1], the probability of the second.
Normalisation is part of the model. The module is imported, and so executed: it is code of the user's.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.zoo.network import Network

_CONTRACT = (
    "build(input_shape, classes) returns a Keras model from pixels 0..255 to probabilities [n, classes]"
)
# Sums of float32 probabilities stay far closer to one; those of logits do not come this close by chance.
_SUM_TOLERANCE = 1e-3


def is_custom(name: str) -> bool:
    """Whether a name of `--model` means a function of the user's."""
    return ":" in name


def custom_network(name: str) -> Network:
    """The network behind `MODULE:FUNCTION` or `FILE.py:FUNCTION`, not imported yet.

    Only its `classifier` imports, builds and checks. Raises `OptionError` for another form, or no such file.
    """
    source, _, function = name.rpartition(":")
    if not source or not function.isidentifier():
        raise OptionError(f"{name!r} is no MODULE:FUNCTION", tip="--model my_module:build, or file.py:build")
    if source.endswith(".py"):
        if not Path(source).is_file():
            raise OptionError(f"there is no file {source!r}", tip=f"--model takes FILE.py:{function}")
        source = str(Path(source).resolve())  # run.json keeps the name, and may be repeated from elsewhere
        name = f"{source}:{function}"
    return Network(
        name=name,
        default_size=224,
        smallest_size=1,
        channels=(3, 1),
        classifier=partial(_build, source, function),
    )


def _build(source: str, function: str, spec: InputSpec, classes: int) -> Any:
    from edgesmith.train.backend import keras

    name = f"{source}:{function}"
    shape = spec.shape[1:]
    model = _call(_find(_load(source), name), name, shape, classes)
    if not isinstance(model, keras.Model):
        raise OptionError(f"{name} returned a {type(model).__name__}", tip=_CONTRACT)
    if not model.built or [tuple(tensor.shape) for tensor in model.inputs] != [(None, *shape)]:
        taken = [tuple(tensor.shape) for tensor in model.inputs] if model.built else "nothing yet"
        raise OptionError(
            f"{name} takes {taken}, not one input {(None, *shape)}",
            tip="start with keras.Input(input_shape)",
        )
    _require_probabilities(model, name, shape, classes)
    return model


def _load(source: str) -> ModuleType:
    try:
        if source.endswith(".py"):
            return _load_file(Path(source))
        if str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(source)
    except Exception as error:  # the module is the user's: it may raise anything
        raise OptionError(
            f"{source} cannot be imported: {type(error).__name__}: {error}",
            tip="name a module as `import` does, it is looked for here too; or a file that ends in .py",
        ) from error


def _load_file(file: Path) -> ModuleType:
    """As Python runs a script: what lies beside it can be imported."""
    if str(file.parent.resolve()) not in sys.path:
        sys.path.insert(0, str(file.parent.resolve()))
    spec = importlib.util.spec_from_file_location(f"edgesmith_model_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python source")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _find(module: ModuleType, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] | None = getattr(module, name.rpartition(":")[2], None)
    if function is None or not callable(function):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise OptionError(
            f"there is no function {name}", tip=f"the module has {', '.join(known) or 'none at all'}"
        )
    return function


def _call(function: Callable[..., Any], name: str, shape: tuple[int, ...], classes: int) -> Any:
    try:
        return function(shape, classes)
    except Exception as error:  # the function is the user's: it may raise anything
        raise OptionError(
            f"{name}({shape}, {classes}) raised {type(error).__name__}: {error}", tip=_CONTRACT
        ) from error


def _require_probabilities(model: Any, name: str, shape: tuple[int, ...], classes: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, *shape)).astype(np.float32)
    scores = np.asarray(model.predict(pixels, verbose=0))
    if scores.shape == (4, 1) and classes == 2:
        if not _ends_in_sigmoid(model):
            raise OptionError(
                f"{name} ends in one output without a sigmoid", tip='Dense(1, activation="sigmoid")'
            )
        return
    if scores.shape != (4, classes):
        raise OptionError(
            f"{name} gives outputs of shape {('n', *scores.shape[1:])} for {classes} classes", tip=_CONTRACT
        )
    if scores.min() < 0 or np.abs(scores.sum(axis=1) - 1).max() > _SUM_TOLERANCE:
        raise OptionError(
            f"the outputs of {name} are no probabilities: {scores[0].tolist()}",
            tip='end in a softmax: Dense(classes, activation="softmax")',
        )


def _ends_in_sigmoid(model: Any) -> bool:
    """By its last layer: a random logit could lie between 0 and 1 by chance."""
    from edgesmith.train.backend import keras

    last = model.layers[-1]
    while isinstance(last, keras.Model):
        last = last.layers[-1]
    return getattr(last, "activation", None) is keras.activations.sigmoid
