"""Pictures that look like something, engines, and the slow things made once: networks, a RUN, its DEPLOY.

Makers are fixtures that return functions, since test modules cannot import each other in pytest's importlib
mode.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.cli import main
from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.parity import file_outputs
from edgesmith.runtime.imagefolder import list_labelled
from edgesmith.runtime.runrecord import DataRecord, RunRecord, digest, record_images
from edgesmith.runtime.spec import InputSpec

SIDE = 16
LABELS = ("blue", "green", "red")

Pixels = NDArray[np.uint8]
PictureMaker = Callable[..., Pixels]
Runner = Callable[[bytes, Pixels], NDArray[Any]]


def _make_pictures(count: int, *, height: int, width: int, channels: int = 3, seed: int = 0) -> Pixels:
    """Smooth colour fields with a little noise: neighbouring pixels go together, as on photos."""
    generator = np.random.default_rng(seed)
    pictures = np.empty((count, height, width, channels), np.uint8)
    for index in range(count):
        for channel in range(channels):
            coarse = Image.fromarray(generator.integers(0, 256, (4, 4), dtype=np.uint8))
            smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float64)
            noisy = smooth + generator.normal(0, 8, (height, width))
            pictures[index, :, :, channel] = np.clip(noisy, 0, 255).astype(np.uint8)
    return pictures


@pytest.fixture(scope="session")
def make_pictures() -> PictureMaker:
    return _make_pictures


@pytest.fixture(scope="session")
def run_model(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Raw outputs [n, classes] of a model's bytes, on the engine that edgesmith itself would open."""
    folder = tmp_path_factory.mktemp("models")

    def run(model: bytes, pixels: Pixels) -> NDArray[Any]:
        file = folder / ("model.tflite" if model[4:8] == b"TFL3" else "model.onnx")
        file.write_bytes(model)
        return file_outputs(file, pixels)

    return run


def _make_colour_model() -> Any:
    """A network that has learned by hand what is blue, green and red, plus some convolutions."""
    keras.utils.set_random_seed(7)
    image = values = keras.Input((SIDE, SIDE, 3))
    values = keras.layers.Rescaling(1 / 127.5, -1)(values)
    values = keras.layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(values)
    values = keras.layers.BatchNormalization()(values)
    values = keras.layers.ReLU(6.0)(values)
    values = keras.layers.SeparableConv2D(6, 3, padding="same", activation="relu")(values)
    values = keras.layers.GlobalAveragePooling2D()(values)
    values = keras.layers.Dense(3, activation="softmax")(values)
    model = keras.Model(image, values)
    kernel = np.zeros((3, 3, 3, 6), np.float32)
    for channel in range(3):
        kernel[1, 1, 2 - channel, channel] = 1.0
        kernel[1, 1, 2 - channel, channel + 3] = -1.0
    model.layers[2].set_weights([kernel])
    depthwise, pointwise, bias = model.layers[5].get_weights()
    depthwise[:] = 1 / 9
    pointwise[:] = np.eye(6) + np.random.default_rng(0).normal(0, 0.02, pointwise.shape)
    model.layers[5].set_weights([depthwise, pointwise, bias])
    dense = np.concatenate([np.eye(3), -np.eye(3)]).astype(np.float32) * 4
    model.layers[7].set_weights([dense, np.zeros(3, np.float32)])
    return model


@pytest.fixture(scope="session")
def colour_model() -> Any:
    return _make_colour_model()


@pytest.fixture(scope="session")
def colour_file(colour_model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keras") / "colours.keras"
    colour_model.save(file)
    return file


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DATA/{train,val,test}/{blue,green,red}: 8, 1 and 4 pictures a class, each mostly of its colour."""
    root = tmp_path_factory.mktemp("data") / "photos"
    generator = np.random.default_rng(3)
    for split, count in (("train", 8), ("val", 1), ("test", 4)):
        for index, label in enumerate(LABELS):
            folder = root / split / label
            folder.mkdir(parents=True)
            for number, picture in enumerate(
                _make_pictures(
                    count, height=20, width=24, seed=random.Random(f"{split}{label}").getrandbits(32)
                )
            ):
                tinted = picture // 2
                tinted[:, :, 2 - index] += generator.integers(60, 120, dtype=np.uint8)
                Image.fromarray(tinted).save(folder / f"{number}.png")
    return root


def _write_run(folder: Path, model_file: Path, photos: Path) -> Path:
    """A RUN as `edgesmith train` leaves it, by hand."""
    folder.mkdir(parents=True)
    (folder / "model.keras").write_bytes(model_file.read_bytes())
    splits = {name: record_images(photos, list_labelled(photos / name)) for name in ("train", "val", "test")}
    RunRecord(
        labels=LABELS,
        input=InputSpec(height=SIDE, width=SIDE, channels=3),
        data=DataRecord(root=str(photos), sha256=digest(*splits.values()), **splits),
        plan={},
        metrics={},
        environment={},
        seconds={},
    ).save(folder)
    return folder


@pytest.fixture(scope="session")
def write_run(colour_file: Path) -> Callable[[Path, Path], Path]:
    """Writes a RUN of the colour model into a folder, trained on some photos."""
    return lambda folder, photos: _write_run(folder, colour_file, photos)


@pytest.fixture(scope="session")
def run_folder(
    write_run: Callable[[Path, Path], Path], photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "colours", photos)


@pytest.fixture(scope="session")
def deployed(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`edgesmith convert RUN`: all four files, convert.json and convert.md."""
    output = tmp_path_factory.mktemp("deploy") / "colours"
    assert main(["convert", str(run_folder), "-o", str(output)]) == 0
    return output


@pytest.fixture(scope="session")
def wide_graph() -> Graph:
    """A residual network of 30,000 weights on 14x10 pictures: enough for dynamic range, and for size ratios."""
    generator = np.random.default_rng(0)
    convolution = {"stride": (2, 2), "dilation": (1, 1), "padding": "SAME"}
    pointwise = {**convolution, "stride": (1, 1)}
    shapes: dict[str, tuple[int, ...]] = {
        "stem": (3, 3, 3, 16),
        "depth": (3, 3, 16, 1),
        "wide": (1, 1, 16, 128),
        "block": (1, 1, 128, 128),
        "head": (128, 40),
    }
    # He-like, the stem for raw pixels; the head's are wide enough for answers that differ.
    deviations = {name: float(np.prod(shape[:3])) ** -0.5 for name, shape in shapes.items()}
    deviations |= {"stem": deviations["stem"] / 16, "head": 0.4}
    constants = {f"{name}:w": generator.normal(0, deviations[name], shape) for name, shape in shapes.items()}
    constants |= {
        f"{name}:b": generator.normal(0, 0.3, 16 if name == "depth" else shape[-1])
        for name, shape in shapes.items()
    }

    def conv(name: str, source: str, **options: Any) -> Operator:
        return Operator(
            kind="DEPTHWISE_CONV_2D" if name == "depth" else "CONV_2D",
            inputs=(source, f"{name}:w", f"{name}:b"),
            output=name,
            activation="NONE" if name == "block" else "RELU6",
            options=options,
        )

    return Graph(
        input="image",
        input_shape=(1, 14, 10, 3),
        output="scores",
        operators=(
            conv("stem", "image", **convolution),
            conv("depth", "stem", **convolution, multiplier=1),
            conv("wide", "depth", **pointwise),
            conv("block", "wide", **pointwise),
            Operator(kind="ADD", inputs=("wide", "block"), output="sum"),
            Operator(
                kind="MEAN", inputs=("sum",), output="means", options={"axes": (1, 2), "keep_dims": False}
            ),
            Operator(
                kind="FULLY_CONNECTED",
                inputs=("means", "head:w", "head:b"),
                output="logits",
                options={"keep_num_dims": False},
            ),
            Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
        ),
        constants={name: array.astype(np.float32) for name, array in constants.items()},
        input_offset=127.0,
    )
