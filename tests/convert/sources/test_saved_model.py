"""SavedModel folders, of Keras and of plain TensorFlow."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from edgesmith.convert.sources.saved_model import load_saved_model
from edgesmith.runtime.errors import ModelFileError, UnsupportedModelError

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
Pictures = Callable[..., NDArray[np.uint8]]


@pytest.fixture(scope="module")
def exported(colour_model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "colours"
    colour_model.export(folder, verbose=False)
    return folder


def test_flatbuffer_and_predict_are_the_model(
    exported: Path, colour_model: Any, make_pictures: Pictures, run_model: Runner
) -> None:
    pixels = make_pictures(5, height=16, width=16)
    source = load_saved_model(exported)
    wanted = np.asarray(colour_model(pixels.astype(np.float32)))
    np.testing.assert_allclose(source.predict(pixels.astype(np.float32)), wanted, atol=1e-6)
    np.testing.assert_allclose(run_model(source.flatbuffer, pixels), wanted, atol=1e-5)
    assert source.framework == f"tensorflow {tf.__version__} SavedModel"


def test_sha256_is_of_the_content_wherever_it_lies(exported: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(exported, copy)
    before = load_saved_model(copy).sha256
    assert before == load_saved_model(exported).sha256
    (copy / "assets").mkdir(exist_ok=True)
    (copy / "assets" / "note.txt").write_text("changed")
    assert load_saved_model(copy).sha256 != before


def drop_variables(folder: Path) -> None:
    shutil.rmtree(folder / "variables")


def truncate_variables(folder: Path) -> None:
    file = next((folder / "variables").glob("variables.data*"))
    file.write_bytes(file.read_bytes()[:100])


def truncate_graph(folder: Path) -> None:
    file = folder / "saved_model.pb"
    file.write_bytes(file.read_bytes()[:200])


@pytest.mark.parametrize("damage", [drop_variables, truncate_variables, truncate_graph])
def test_damaged_folder_is_a_clear_error(
    damage: Callable[[Path], None], exported: Path, tmp_path: Path
) -> None:
    shutil.copytree(exported, tmp_path / "copy")
    damage(tmp_path / "copy")
    with pytest.raises(ModelFileError, match="copy' is no SavedModel that loads"):
        load_saved_model(tmp_path / "copy")


class Module(tf.Module):  # type: ignore[misc]  # tensorflow is untyped
    @tf.function  # type: ignore[untyped-decorator]  # as above
    def classify(self, image: Any) -> dict[str, Any]:
        return {"scores": tf.nn.softmax(tf.reduce_mean(image, (1, 2)))}

    @tf.function  # type: ignore[untyped-decorator]  # as above
    def two(self, image: Any) -> dict[str, Any]:
        return {"low": tf.reduce_min(image, (1, 2)), "high": tf.reduce_max(image, (1, 2))}


def save(
    folder: Path, *, function: str, shape: tuple[int | None, ...], name: str = "serving_default"
) -> Path:
    module = Module()
    signature = getattr(module, function).get_concrete_function(tf.TensorSpec(shape, tf.float32))
    tf.saved_model.save(module, str(folder), signatures={name: signature})
    return folder


def test_plain_tensorflow(tmp_path: Path, run_model: Runner) -> None:
    source = load_saved_model(save(tmp_path / "plain", function="classify", shape=(None, 4, 4, 3)))
    pixels = np.zeros((1, 4, 4, 3), np.uint8)
    pixels[..., 1] = 3
    wanted = np.array([[1, np.e**3, 1]]) / (2 + np.e**3)
    np.testing.assert_allclose(run_model(source.flatbuffer, pixels), wanted, atol=1e-6)
    np.testing.assert_allclose(source.predict(pixels.astype(np.float32)), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"function": "classify", "shape": (None, None, None, 3)}, "input shape", id="open size"),
        pytest.param(
            {"function": "two", "shape": (None, 4, 4, 3)}, "1 inputs and 2 outputs", id="two outputs"
        ),
        pytest.param(
            {"function": "classify", "shape": (1, 4, 4, 3), "name": "other"},
            r"signatures \['other'\]; 'serving_default' is needed",
            id="other signature",
        ),
    ],
)
def test_refused(fields: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match=message):
        load_saved_model(save(tmp_path / "model", **fields))
