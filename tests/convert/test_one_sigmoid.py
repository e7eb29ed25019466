"""A model with one sigmoid output, through the whole chain."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from edgesmith.cli import main
from edgesmith.runtime import Classifier


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Dark and light pictures, for calibration and for the test."""
    numbers = np.random.default_rng(0)
    for split in ("train", "test"):
        for label, level in (("dark", 60), ("light", 190)):
            folder = tmp_path / "photos" / split / label
            folder.mkdir(parents=True)
            for index in range(12):
                pixels = level + numbers.integers(-50, 50, (16, 16, 3))
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{index}.png")
    return tmp_path / "photos"


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    inputs = keras.Input((16, 16, 3))
    tensor = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(inputs)
    tensor = keras.layers.Conv2D(8, 3, activation="relu", kernel_initializer=keras.initializers.HeNormal(1))(
        tensor
    )
    tensor = keras.layers.GlobalAveragePooling2D()(tensor)
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid", name="last")(tensor))
    # Light pictures on one side of zero, dark ones on the other, whatever the random features are.
    light, dark = (
        keras.Model(inputs, tensor).predict(np.full((1, 16, 16, 3), level, np.float32), verbose=0)[0]
        for level in (190, 60)
    )
    weights = (light - dark) / np.square(light - dark).sum() * 6
    model.get_layer("last").set_weights([weights[:, None], np.array([-(light + dark) @ weights / 2])])
    model.save(tmp_path / "binary.keras")
    (tmp_path / "labels.txt").write_text("dark\nlight\n")
    return tmp_path / "binary.keras"


def test_files_hold_a_probability_for_each_label(
    model_file: Path, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    deploy, labels = tmp_path / "deploy", tmp_path / "labels.txt"
    words = ["--labels", str(labels), "--calibration", str(photos / "train"), "--evaluate", str(photos)]

    assert main(["convert", str(model_file), "-o", str(deploy), *words]) == 0

    files = json.loads((deploy / "convert.json").read_text())["files"]
    assert [(file["precision"], file["format"]) for file in files] == [
        ("float32", "tflite"),
        ("float32", "onnx"),
        ("int8", "tflite"),
        ("int8", "onnx"),
    ]
    assert [file["accuracy"]["top1"] for file in files] == [1.0] * 4
    assert files[3]["parity"]["identical_share"] == 1.0
    model = keras.saving.load_model(model_file)
    for file in files:
        with Classifier(deploy / file["path"]) as classify:
            for photo in sorted((photos / "test").glob("*/*.png")):
                second = float(model.predict(np.asarray(Image.open(photo))[None], verbose=0)[0, 0])
                values = classify(photo).values
                assert values.shape == (2,)
                np.testing.assert_allclose(
                    values, [1 - second, second], atol=1e-5 if file["precision"] == "float32" else 0.02
                )
    capfd.readouterr()
    assert main(["verify", *(str(deploy / file["path"]) for file in files)]) == 0
