from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from edgesmith.runtime.errors import ModelFileError
from edgesmith.train.backend import keras
from edgesmith.train.weights import load_weights


def network(*, filters: int = 4, head: bool = False) -> Any:
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    tensor = layers.Conv2D(filters, 3, name="first")(inputs)
    tensor = layers.BatchNormalization(name="norm")(tensor)
    tensor = layers.ReLU()(tensor)
    tensor = layers.SeparableConv2D(5, 3, name="second")(tensor)
    tensor = layers.Conv2D(2, 1, name="third")(tensor)
    if head:
        tensor = layers.Dense(7, name="top")(layers.Flatten()(tensor))
    model = keras.Model(inputs, tensor, name="tiny")
    numbers = np.random.default_rng(filters)
    model.set_weights([numbers.random(weight.shape) for weight in model.weights])
    return model


def blank(*, filters: int = 4) -> Any:
    model = network(filters=filters)
    model.set_weights([np.zeros(weight.shape) for weight in model.weights])
    return model


def save_keras_2(model: Any, file: Path, *, group: str = "") -> None:
    with h5py.File(file, "w") as root:
        layers = root.create_group(group) if group else root
        layers.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            names = [f"{layer.name}/weight_{index}:0".encode() for index in range(len(layer.weights))]
            layers.create_group(layer.name).attrs["weight_names"] = names
            for name, array in zip(names, layer.get_weights(), strict=True):
                layers[layer.name][name.decode()] = array


def save(model: Any, file: Path) -> None:
    if file.name == "full.h5":
        save_keras_2(model, file, group="model_weights")
    elif file.name == "old.h5":
        save_keras_2(model, file)
    elif file.suffix == ".keras":
        model.save(file)
    else:
        model.save_weights(file)


@pytest.mark.parametrize("name", ["new.weights.h5", "model.keras", "old.h5", "full.h5"])
def test_every_format_gives_the_weights_back(tmp_path: Path, name: str) -> None:
    save(network(), tmp_path / name)
    model = blank()

    assert load_weights(model, tmp_path / name) == []

    for loaded, expected in zip(model.get_weights(), network().get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, expected.astype(np.float32))


@pytest.mark.parametrize(("name", "unused"), [("new.weights.h5", "dense"), ("old.h5", "top")])
def test_head_in_the_file_is_left_out_and_reported(tmp_path: Path, name: str, unused: str) -> None:
    save(network(head=True), tmp_path / name)

    assert load_weights(blank(), tmp_path / name) == [unused]


@pytest.mark.parametrize("name", ["new.weights.h5", "model.keras", "old.h5"])
def test_other_shapes_are_listed_and_nothing_is_loaded(tmp_path: Path, name: str) -> None:
    save(network(filters=6), tmp_path / name)
    model = blank()

    with pytest.raises(ModelFileError, match="3 of 4 layers differ") as caught:
        load_weights(model, tmp_path / name)

    _, _, report = str(caught.value).partition("differ\n")
    assert report.splitlines() == [
        "  fit:",
        "    third",
        "  other shapes:",
        "    first: [(3, 3, 3, 6), (6,)], expected [(3, 3, 3, 4), (4,)]",
        "    norm: [(6,), (6,), (6,), (6,)], expected [(4,), (4,), (4,), (4,)]",
        "    second: [(3, 3, 6, 1), (1, 1, 6, 5), (5,)], expected [(3, 3, 4, 1), (1, 1, 4, 5), (5,)]",
    ]
    assert not any(weight.any() for weight in model.get_weights())


def test_missing_and_strange_layers_are_listed(tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 3))
    tensor = keras.layers.Dense(7)(keras.layers.Conv2D(4, 3)(inputs))
    keras.Model(inputs, tensor).save_weights(tmp_path / "other.weights.h5")

    with pytest.raises(ModelFileError, match="3 of 4 layers differ") as caught:
        load_weights(blank(), tmp_path / "other.weights.h5")

    _, _, report = str(caught.value).partition("differ\n")
    assert report.splitlines() == [
        "  fit:",
        "    first",
        "  not in the file:",
        "    norm to third (3)",
        "  in the file only:",
        "    dense",
    ]


def test_numbers_of_another_process_do_not_matter_where_the_order_fits(tmp_path: Path) -> None:
    original = network()
    for index, layer in enumerate(original.layers):
        layer.name = f"layer_{index + 100}"
    save_keras_2(original, tmp_path / "renamed.h5")
    model = blank()

    assert load_weights(model, tmp_path / "renamed.h5") == []

    for loaded, expected in zip(model.get_weights(), network().get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, expected.astype(np.float32))


@pytest.mark.parametrize("ours", [True, False], ids=["file of ours", "file of Keras"])
@pytest.mark.parametrize("name", ["new.weights.h5", "model.keras", "old.h5", "full.h5"])
def test_blue_first_is_turned_unless_the_file_is_ours(tmp_path: Path, name: str, ours: bool) -> None:
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    tensor = layers.Rescaling(1.0, name="normalisation")(inputs) if ours else inputs
    original = keras.Model(inputs, layers.Conv2D(4, 3, name="first")(tensor))
    save(original, tmp_path / name)
    model = keras.Model(inputs, layers.Conv2D(4, 3, name="first")(inputs))

    load_weights(model, tmp_path / name, bgr_layer="first")

    kernel, _ = original.get_layer("first").get_weights()
    np.testing.assert_array_equal(
        model.get_layer("first").get_weights()[0], kernel if ours else kernel[:, :, ::-1]
    )


@pytest.mark.parametrize(
    "content", [b"", b"PK\x05\x06" + bytes(18), b"not HDF5"], ids=["empty", "zip", "text"]
)
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.h5"
    file.write_bytes(content)

    with pytest.raises(ModelFileError, match=r"odd\.h5"):
        load_weights(blank(), file)


def test_hdf5_without_layers_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as root:
        root["numbers"] = [1, 2]

    with pytest.raises(ModelFileError, match="without Keras layers"):
        load_weights(blank(), tmp_path / "other.h5")
