from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A .keras that compares the red channel with the blue one, and its labels beside it."""
    import keras

    image = keras.Input((16, 16, 3))
    values = keras.layers.Rescaling(1 / 127.5, -1)(image)
    values = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(values)
    values = keras.layers.GlobalAveragePooling2D()(values)
    model = keras.Model(image, keras.layers.Dense(2, activation="softmax")(values))
    kernel = np.zeros((3, 3, 3, 4), np.float32)
    kernel[1, 1, 0, :2], kernel[1, 1, 2, 2:] = 1.0, 1.0
    model.layers[2].set_weights([kernel, np.full(4, 1, np.float32)])
    dense = np.array([[-4, 4], [-4, 4], [4, -4], [4, -4]], np.float32)
    model.layers[4].set_weights([dense, np.zeros(2, np.float32)])
    model.save(tmp_path / "my.keras")
    (tmp_path / "labels.txt").write_text("blue\nred\n")
    return tmp_path / "my.keras"


@pytest.mark.slow
def test_the_files_give_the_models_own_answers(
    example: Callable[[str], ModuleType],
    network: Path,
    paint: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paint("site/any", count=12, seed=1)
    paint("test/red", "test/blue", count=6, seed=2)

    agreement = example("calibrate_with_own_images").calibrate(
        network, tmp_path / "labels.txt", tmp_path / "site", tmp_path / "test", tmp_path / "deploy"
    )

    assert set(agreement) == {f"my-{p}.{f}" for p in ("float32", "int8") for f in ("tflite", "onnx")}
    assert all((tmp_path / "deploy" / name).is_file() for name in agreement)
    assert all(share == 1.0 for name, share in agreement.items() if "float32" in name)
    assert all(share >= 11 / 12 for share in agreement.values())
    assert "(evaluation and calibration); right on 100.0% of 12" in capsys.readouterr().out
