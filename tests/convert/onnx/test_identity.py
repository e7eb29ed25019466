"""int8 ONNX against int8 TFLite, byte for byte, on 500 photos each: networks that people use, at full size.

One test a network; `pytest -m slow -k mobilenet_v3 tests/convert/onnx/test_identity.py` runs one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.normalisation import RAW_PIXELS, ExternalNormalisation
from edgesmith.convert.onnx.deviations import measure_deviations
from edgesmith.convert.onnx.lower import INT8_PASSES, lower
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.quantization.input_offset import integer_offset
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.sources.load import load_source
from edgesmith.convert.tflite.write import write_int8
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.models.export import build_imagenet_classifier
from edgesmith.train.zoo.efficientnet_lite0 import EFFICIENTNET_LITE0
from edgesmith.train.zoo.network import build_body
from edgesmith.train.zoo.separable_small import SEPARABLE_SMALL

SHARED_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
MODELS = SHARED_DATA / "models"
CALIBRATION_IMAGES, IDENTITY_IMAGES = 100, 500

pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"{SHARED_DATA} is absent"),
]

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`model()`: a model file, or a Keras model."""

    model: Callable[[], Any]
    side: int
    classes: int
    channels: int = 3
    normalisation: ExternalNormalisation = RAW_PIXELS


def photos(split: str, count: int, spec: InputSpec) -> NDArray[np.uint8]:
    """Half of them cats and dogs, half flowers, evenly over all classes."""
    parts = []
    for name in ("cats_dogs", "flowers5"):
        files = list_images(SHARED_DATA / name / split)
        parts += [files[index] for index in np.linspace(0, len(files) - 1, count // 2).astype(int)]
    return np.concatenate([load(file, spec) for file in parts])


def with_head(body: Any, classes: int = 5) -> Any:
    """A softmax of random weights over the body's features."""
    values = body.output
    if len(values.shape) == 4:
        values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(body.input, keras.layers.Dense(classes, activation="softmax")(values))


def with_statistics(model: Any) -> Any:
    """Random weights made to work: BatchNormalization gets the statistics of sixteen photos."""
    generator = np.random.default_rng(0)
    side, channels = model.input_shape[1], model.input_shape[3]
    normalisations = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in normalisations:
        layer.momentum = 0.0
        layer.gamma.assign(generator.uniform(0.5, 1.5, layer.gamma.shape))
        layer.beta.assign(generator.normal(0, 0.5, layer.beta.shape))
    pixels = photos("train", 16, InputSpec(height=side, width=side, channels=channels))
    model(pixels.astype(np.float32), training=True)
    return model


def mobilenet_v2() -> Any:
    image = keras.Input((224, 224, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(image)
    body = keras.applications.MobileNetV2((224, 224, 3), alpha=0.35, include_top=False, weights=None)
    body.load_weights(MODELS / "keras_imagenet" / "mobilenet_v2_0.35_224_imagenet_no_top.weights.h5")
    return with_head(keras.Model(image, body(scaled)))


def mobilenet_v3_small() -> Any:
    return with_statistics(keras.applications.MobileNetV3Small((224, 224, 3), weights=None, classes=10))


def separable_small() -> Any:
    spec = InputSpec(height=64, width=64, channels=3)
    return with_statistics(with_head(build_body(SEPARABLE_SMALL, spec, alpha=1.0)))


def file(*parts: str) -> Callable[[], Path]:
    return lambda: MODELS.joinpath(*parts)


SUBJECTS = {
    "efficientnet_lite0": Subject(
        model=lambda: build_imagenet_classifier(EFFICIENTNET_LITE0), side=224, classes=1000
    ),
    "mobilenet_v1_0.25": Subject(
        model=file("keras_imagenet", "mobilenet_v1_0.25_224_imagenet_top.h5"),
        side=224,
        classes=1000,
        normalisation=ExternalNormalisation(mean=(127.5,), std=(127.5,)),
    ),
    "mobilenet_v2_0.35": Subject(model=mobilenet_v2, side=224, classes=5),
    "mobilenet_v3_small": Subject(model=mobilenet_v3_small, side=224, classes=10),
    "resnet8": Subject(model=file("mlperf_tiny", "pretrainedResnet.tflite"), side=32, classes=10),
    "visual_wake_words": Subject(
        model=file("mlperf_tiny", "vww_96_float.tflite"),
        side=96,
        classes=2,
        normalisation=ExternalNormalisation(std=(255.0,)),
    ),
    "separable_small": Subject(model=separable_small, side=64, classes=5),
    "mini_xception": Subject(
        model=file("separable", "mini_xception_fer2013.hdf5"),
        side=64,
        classes=7,
        channels=1,
        normalisation=ExternalNormalisation(mean=(127.5,), std=(127.5,)),
    ),
}


def int8_tflite(subject: Subject, calibration: NDArray[np.uint8], folder: Path) -> bytes:
    keras.utils.set_random_seed(0)
    model = subject.model()
    if not isinstance(model, Path):
        model.save(folder / "model.keras")
        model = folder / "model.keras"
    labels = tuple(f"class {place}" for place in range(subject.classes))
    graph = prepare_graph(load_source(model).flatbuffer, labels, subject.normalisation).graph
    graph, _ = integer_offset(graph, calibration)
    return write_int8(quantize(graph, calibration, progress=lambda done, total: None))


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_photo_gives_identical_bytes(name: str, run_model: Runner, tmp_path: Path) -> None:
    subject = SUBJECTS[name]
    spec = InputSpec(height=subject.side, width=subject.side, channels=subject.channels)
    calibration = photos("train", CALIBRATION_IMAGES, spec)
    tflite = int8_tflite(subject, calibration, tmp_path)
    onnx = lower(tflite, passes=INT8_PASSES)
    pixels = photos("test", IDENTITY_IMAGES, spec)
    assert (len(calibration), len(pixels)) == (CALIBRATION_IMAGES, IDENTITY_IMAGES)
    wanted, found = run_model(tflite, pixels), run_model(onnx, pixels)
    identical = int((wanted == found).all(axis=1).sum())
    assert identical == IDENTITY_IMAGES, measure_deviations(tflite, pixels[:20], passes=INT8_PASSES)
    # Photos are told apart, so that equal bytes mean something.
    assert len(np.unique(wanted, axis=0)) > IDENTITY_IMAGES // 10
