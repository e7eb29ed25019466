import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.zoo.custom import custom_network, is_custom
from edgesmith.train.zoo.network import build_body

SPEC = InputSpec(height=6, width=6, channels=3)
SOURCE = """
import keras
from keras import layers

from beside import WIDTH


def build(input_shape, classes):
    return of(input_shape, layers.Dense(classes, activation="softmax"))


def binary(input_shape, classes):
    return of(input_shape, layers.Dense(1, activation="sigmoid"))


def nested(input_shape, classes):
    return of(input_shape, keras.Sequential([layers.Dense(1, activation="sigmoid")]))


def logits(input_shape, classes):
    return of(input_shape, layers.Dense(classes))


def one_logit(input_shape, classes):
    return of(input_shape, layers.Dense(1, kernel_initializer="zeros"))


def many_sigmoids(input_shape, classes):
    return of(input_shape, layers.Dense(classes, activation="sigmoid"))


def other_classes(input_shape, classes):
    return of(input_shape, layers.Dense(classes + 1, activation="softmax"))


def map_of_classes(input_shape, classes):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, layers.Conv2D(classes, 1, activation="softmax")(inputs))


def other_input(input_shape, classes):
    return build((5, 6, 3), classes)


def unbuilt(input_shape, classes):
    return keras.Sequential([layers.Flatten(), layers.Dense(classes, activation="softmax")])


def no_model(input_shape, classes):
    return "a model"


def raises(input_shape, classes):
    raise RuntimeError("not today")


def of(input_shape, last):
    inputs = keras.Input(input_shape)
    tensor = layers.Dense(WIDTH)(layers.Flatten()(layers.Rescaling(1 / 255)(inputs)))
    return keras.Model(inputs, last(tensor))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "my_networks.py").write_text(SOURCE)
    (tmp_path / "beside.py").write_text("WIDTH = 4\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("source", ["my_networks", "my_networks.py", "{}/my_networks.py"])
@pytest.mark.parametrize(
    ("function", "classes", "outputs"),
    [("build", 3, 3), ("binary", 2, 1), ("nested", 2, 1)],
    ids=["softmax", "one sigmoid", "one sigmoid, nested"],
)
def test_function_becomes_a_classifier(
    folder: Path, source: str, function: str, classes: int, outputs: int
) -> None:
    network = custom_network(f"{source.format(folder)}:{function}")

    assert network.classifier is not None
    model = network.classifier(SPEC, classes)

    assert model.output_shape == (None, outputs)
    assert np.isfinite(model.predict(np.full((2, 6, 6, 3), 255.0), verbose=0)).all()


def test_nothing_is_imported_before_the_network_is_built(folder: Path) -> None:
    network = custom_network("broken:build")

    assert "broken" not in sys.modules
    assert network.classifier is not None
    with pytest.raises(OptionError, match="broken cannot be imported: ZeroDivisionError"):
        network.classifier(SPEC, 3)


@pytest.mark.parametrize(
    ("function", "classes", "message", "tip"),
    [
        pytest.param(
            "absent", 3, "no function .*my_networks.py:absent", "build, binary", id="no such function"
        ),
        pytest.param("WIDTH", 3, "no function .*my_networks.py:WIDTH", "build", id="no function"),
        pytest.param("raises", 3, "raised RuntimeError: not today", "build", id="raises"),
        pytest.param("no_model", 3, "returned a str", "Keras model", id="no model"),
        pytest.param("unbuilt", 3, "takes nothing yet", "keras.Input", id="not built"),
        pytest.param("other_input", 3, r"takes \[\(None, 5, 6, 3\)\]", "keras.Input", id="another input"),
        pytest.param("other_classes", 3, r"\('n', 4\) for 3 classes", "classes", id="another output"),
        pytest.param("map_of_classes", 3, r"\('n', 6, 6, 3\)", "classes", id="four dimensions"),
        pytest.param("binary", 3, r"\('n', 1\) for 3 classes", "classes", id="sigmoid for three"),
        pytest.param("logits", 3, "no probabilities", "softmax", id="logits"),
        pytest.param("many_sigmoids", 3, "no probabilities", "softmax", id="a sigmoid each"),
        # Its outputs are 0, which lies between 0 and 1.
        pytest.param("one_logit", 2, "without a sigmoid", "sigmoid", id="one logit"),
    ],
)
def test_broken_contract_is_named(folder: Path, function: str, classes: int, message: str, tip: str) -> None:
    network = custom_network(f"my_networks.py:{function}")

    assert network.classifier is not None
    with pytest.raises(OptionError, match=message) as caught:
        network.classifier(SPEC, classes)
    assert tip in str(caught.value.tip)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("my_networks:", "no MODULE:FUNCTION"),
        (":build", "no MODULE:FUNCTION"),
        ("my_networks:build()", "no MODULE:FUNCTION"),
        ("absent.py:build", "no file 'absent.py'"),
    ],
)
def test_wrong_names_are_refused_at_once(folder: Path, name: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        custom_network(name)


def test_absent_module_is_named_when_it_is_needed(folder: Path) -> None:
    network = custom_network("absent_module:build")

    assert network.classifier is not None
    with pytest.raises(OptionError, match="absent_module cannot be imported: ModuleNotFoundError"):
        network.classifier(SPEC, 3)


def test_only_names_with_a_colon_are_custom() -> None:
    assert is_custom("my_networks:build")
    assert not is_custom("vgg16")


def test_there_is_no_body_without_its_head(folder: Path) -> None:
    with pytest.raises(OptionError, match="whole classifier"):
        build_body(custom_network("my_networks:build"), SPEC, alpha=1.0)
