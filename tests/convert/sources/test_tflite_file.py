from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.sources.tflite_file import load_tflite, spec_inside
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.runrecord import sha256_of


def test_float_file_is_its_own_flatbuffer(tmp_path: Path) -> None:
    file = tmp_path / "means.tflite"
    file.write_bytes(to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2))), (4, 4, 3)))
    source = load_tflite(file)
    assert source.flatbuffer == file.read_bytes()
    assert (source.framework, source.sha256, source.run) == ("tflite", sha256_of(file), None)
    images = np.zeros((2, 4, 4, 3), np.float32)
    images[1, ..., 2] = 3
    wanted = np.array([[1, 1, 1], [1, 1, np.e**3]])
    np.testing.assert_allclose(source.predict(images), wanted / wanted.sum(1, keepdims=True), atol=1e-6)


def test_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.tflite"
    file.write_bytes(b"\0\0\0\0TFL3" + b"\xff" * 100)
    with pytest.raises(ModelFileError, match=r"broken\.tflite': LiteRT cannot load it"):
        load_tflite(file)


def test_only_our_own_file_has_a_spec(deployed: Path, run_folder: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.tflite"
    foreign.write_bytes(to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2))), (4, 4, 3)))
    own = spec_inside(deployed / "colours-float32.tflite")
    assert own is not None
    assert own.labels == ("blue", "green", "red")
    assert [spec_inside(path) for path in (foreign, run_folder, run_folder / "model.keras")] == [None] * 3
