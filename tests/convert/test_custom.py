"""A model with a layer of the user's own: refused by name, converted with the module that defines it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest

from edgesmith.cli import main
from edgesmith.convert.custom import import_custom
from edgesmith.runtime.errors import OptionError

MODULE = """
import keras

class Halve(keras.layers.Layer):
    def call(self, values):
        return values / 2

def double(values):
    return values * 2
"""


@pytest.fixture
def custom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model saved with a layer and a function that Keras no longer knows; a labels file beside it."""
    (tmp_path / "halving.py").write_text(MODULE)
    (tmp_path / "labels.txt").write_text("a\nb\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    namespace: dict[str, object] = {"__name__": "elsewhere"}
    exec(MODULE, namespace)  # noqa: S102  # the layer must be gone again when the model is loaded
    image = keras.Input((8, 8, 3))
    values = namespace["Halve"]()(image)  # type: ignore[operator]  # a class made by exec
    values = keras.layers.Conv2D(2, 3, activation=namespace["double"])(values)
    values = keras.layers.GlobalAveragePooling2D()(values)
    keras.Model(image, keras.layers.Softmax()(values)).save(tmp_path / "own.keras")
    registered = dict(keras.saving.get_custom_objects())
    yield tmp_path
    keras.saving.get_custom_objects().clear()
    keras.saving.get_custom_objects().update(registered)
    sys.modules.pop("halving", None)


WORDS = ("convert", "own.keras", "-o", "deploy", "--labels", "labels.txt", "--precision", "float32")


def test_a_layer_of_ones_own_is_named_with_the_way_out(
    custom: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(list(WORDS)) == 1
    err = capfd.readouterr().err
    assert "Halve" in err
    assert "--custom MODULE" in err
    assert "Traceback" not in err


def test_its_module_makes_it_convertible(custom: Path) -> None:
    assert main([*WORDS, "--custom", "halving"]) == 0
    assert (custom / "deploy" / "own-float32.tflite").is_file()


def test_a_module_that_is_not_there(custom: Path) -> None:
    with pytest.raises(
        OptionError, match="--custom thirding: ModuleNotFoundError: No module named 'thirding'"
    ):
        import_custom(["thirding"])


def test_a_module_that_raises(custom: Path) -> None:
    (custom / "raising.py").write_text("raise RuntimeError('out of luck')")
    with pytest.raises(OptionError, match="--custom raising: RuntimeError: out of luck"):
        import_custom(["raising"])
