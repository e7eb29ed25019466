"""Models trained in mixed precision, as float32 files that every machine computes alike."""

from pathlib import Path
from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.kerasfile import make_repeatable

_FLOAT32 = "float32"


def save_as_float32(model: Any, file: Path) -> None:
    """Write a `.keras` file, float32 in weights and in computation, whatever policy the model was trained with.

    Without the optimizer, whose moments are two thirds of the bytes of a file that Keras writes after `fit`, and
    without times and addresses: model files say from which source they were made, by its hash.
    """
    network = as_float32(model)
    keras.Model(network.inputs[0], network.outputs[0], name=network.name).save(file)
    make_repeatable(file)


def as_float32(model: Any) -> Any:
    """`model` itself if all of it computes in float32; else one of its configuration and weights that does."""
    if all(layer.dtype_policy.compute_dtype == _FLOAT32 for layer in model._flatten_layers()):
        return model
    document = keras.saving.serialize_keras_object(model)
    document.pop("compile_config", None)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_FLOAT32)  # for layers that a user's layer makes itself
    try:
        copy = keras.saving.deserialize_keras_object(_without_float16(document))
    finally:
        keras.config.set_dtype_policy(before)
    copy.set_weights(model.get_weights())
    return copy


def _without_float16(config: Any) -> Any:
    """The configuration with the policies in it, those of wrapped layers too, replaced by float32."""
    if isinstance(config, dict):
        return {
            key: _FLOAT32 if key == "dtype" and _is_policy(value) else _without_float16(value)
            for key, value in config.items()
        }
    return [_without_float16(value) for value in config] if isinstance(config, (list, tuple)) else config


def _is_policy(value: Any) -> bool:
    # A name, or Keras' serialized DTypePolicy; the dtype of an input is the name of a plain one.
    return isinstance(value, dict) or (isinstance(value, str) and "float16" in value)
