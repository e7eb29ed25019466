from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.zoo.layer_names import keys_by_kind, number_from_the_start


def model() -> Any:
    layers = keras.layers
    inputs = keras.Input((4, 4, 3), name="image")
    tensor = layers.Conv2D(2, 1)(inputs)
    tensor = layers.ReLU(name="mine")(tensor)
    tensor = layers.ReLU()(tensor)
    return keras.Model(inputs, layers.Conv2D(2, 1)(tensor))


def test_keys_are_those_of_a_weights_file(tmp_path: Any) -> None:
    import h5py

    built = model()
    built.save_weights(tmp_path / "x.weights.h5")

    with h5py.File(tmp_path / "x.weights.h5") as file:
        stored = {key: group["vars"].attrs["name"] for key, group in file["layers"].items()}
    assert {key: name for name, key in keys_by_kind(built).items()} == stored


def test_numbers_start_again_and_names_stay() -> None:
    model()
    built = model()

    number_from_the_start(built)

    assert [layer.name for layer in built.layers] == ["image", "conv2d", "mine", "re_lu_1", "conv2d_1"]
