"""Modules of the user's that define layers, imported so that Keras finds them."""

import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path

import keras

from edgesmith.runtime.errors import OptionError


def import_custom(modules: Sequence[str]) -> None:
    """Import modules by name, from the working directory too, and register their layers and functions.

    This executes them: they are the user's own code, named on the command line. Raises `OptionError` for
    one that cannot be imported.
    """
    for name in modules:
        if str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        try:
            module = importlib.import_module(name)
        except Exception as error:  # the module is the user's: it may raise anything
            raise OptionError(
                f"--custom {name}: {type(error).__name__}: {error}",
                tip="name a module as `import` does, without .py; it is looked for here too",
            ) from error
        keras.saving.get_custom_objects().update(
            (key, value)
            for key, value in inspect.getmembers(module, _is_layer_or_function)
            if value.__module__ == module.__name__
        )


def _is_layer_or_function(value: object) -> bool:
    return inspect.isfunction(value) or (inspect.isclass(value) and issubclass(value, keras.layers.Layer))
