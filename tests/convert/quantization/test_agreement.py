"""Real networks on real photos: how often int8 files name the class that the float model names.

Photos of cats_dogs and flowers5; calibrated on 100 of their training photos, measured on test photos.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.images import load_pixels
from edgesmith.convert.normalisation import RAW_PIXELS, ExternalNormalisation
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.quantization.errors import quantization_errors, worst_operators
from edgesmith.convert.quantization.input_offset import integer_offset
from edgesmith.convert.quantization.observe import batches, input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.sources.load import load_source
from edgesmith.convert.tflite.write import write_int8
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.spec import InputSpec

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

SHARED_DATA = Path(__file__).parents[3].parent / "shared" / "data"
MOBILENET_V1 = "models/keras_imagenet/mobilenet_v1_0.25_224_imagenet_top.h5"
PLAIN, CORRECTED, DATA_AWARE = Scheme(bias_correction=False), Scheme(), Scheme(rounding="data-aware")
LABELS = tuple(map(str, range(1000)))

Pixels = NDArray[np.uint8]
Runner = Callable[[bytes, Pixels], NDArray[Any]]


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def photos(split: str, count: int | None = None) -> Pixels:
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data beside the checkout")
    files = [file for data in ("cats_dogs", "flowers5") for file in list_images(SHARED_DATA / data / split)]
    chosen = files if count is None else sorted(random.Random(0).sample(files, count))
    return load_pixels(tuple(chosen), InputSpec(height=224, width=224, channels=3))


@pytest.fixture(scope="module")
def calibration() -> Pixels:
    return photos("train", 100)


@pytest.fixture(scope="module")
def test_photos() -> Pixels:
    return photos("test")


@pytest.fixture(scope="module")
def mobilenet(calibration: Pixels) -> Graph:
    source = load_source(SHARED_DATA / MOBILENET_V1)
    outside = ExternalNormalisation(mean=(127.5,), std=(127.5,))
    return integer_offset(prepare_graph(source.flatbuffer, LABELS, outside).graph, calibration)[0]


@pytest.fixture(scope="module")
def efficientnet(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    zoo = pytest.importorskip("edgesmith.train.zoo.efficientnet_lite0")
    file = tmp_path_factory.mktemp("zoo") / "lite0.keras"
    zoo.classifier().save(file)
    return prepare_graph(load_source(file).flatbuffer, LABELS, RAW_PIXELS).graph


def best_classes(graph: Graph, pixels: Pixels) -> NDArray[np.int64]:
    scores = [np.asarray(run(graph, input_values(graph, batch))) for batch in batches(pixels)]
    best: NDArray[np.int64] = np.concatenate(scores).argmax(1)
    return best


def agreement(graph: Graph, scheme: Scheme, calibration: Pixels, pixels: Pixels, run_model: Runner) -> float:
    """Percent of the photos, in LiteRT."""
    file = write_int8(quantize(graph, calibration, scheme, progress=silent))
    found: float = (run_model(file, pixels).argmax(1) == best_classes(graph, pixels)).mean() * 100
    return found


@pytest.mark.parametrize(
    ("scheme", "least"),
    [(PLAIN, 60), (CORRECTED, 86.5), (DATA_AWARE, 87.5)],
    ids=["plain 67.1", "bias correction 88.4", "data-aware 89.9"],
)
def test_mobilenet_v1(
    scheme: Scheme,
    least: float,
    mobilenet: Graph,
    calibration: Pixels,
    test_photos: Pixels,
    run_model: Runner,
) -> None:
    """Ids: what was measured; the bounds are a standard error or so below, since kernels differ by processor."""
    assert agreement(mobilenet, scheme, calibration, test_photos, run_model) >= least


def test_data_aware_rounding_lowers_the_divergence(
    mobilenet: Graph, calibration: Pixels, test_photos: Pixels
) -> None:
    plain, corrected, aware = (
        quantization_errors(quantize(mobilenet, calibration, scheme, progress=silent), test_photos).divergence
        for scheme in (PLAIN, CORRECTED, DATA_AWARE)
    )
    assert aware < 0.9 * corrected < 0.15 * plain


def test_efficientnet_lite0(efficientnet: Graph, calibration: Pixels, test_photos: Pixels) -> None:
    plain, corrected = (
        quantization_errors(
            quantize(efficientnet, calibration, scheme, progress=silent), test_photos[::4]
        ).divergence
        for scheme in (PLAIN, CORRECTED)
    )
    assert corrected < 0.6 * plain


def spoiled(graph: Graph) -> tuple[Graph, str, int]:
    """The same answers, with channel 5 of the fourth depthwise layer 100 times as large as it was.

    The layer's RELU6 becomes a RELU, so that its reader can take the factor back.
    """
    depthwise = [operator for operator in graph.operators if operator.kind == "DEPTHWISE_CONV_2D"][3]
    reader = graph.consumers(depthwise.output)[0]
    constants = {name: graph.constants[name].copy() for name in (*depthwise.inputs[1:], reader.inputs[1])}
    constants[depthwise.inputs[1]][:, :, 5] *= 100
    constants[depthwise.inputs[2]][5] *= 100
    constants[reader.inputs[1]][:, :, 5] /= 100
    operators = tuple(
        replace(operator, activation="RELU") if operator is depthwise else operator
        for operator in graph.operators
    )
    return replace(graph.with_constants(constants), operators=operators), depthwise.output, 5


def test_a_loud_depthwise_channel_is_found_and_cured(
    mobilenet: Graph, calibration: Pixels, test_photos: Pixels
) -> None:
    """Cured: as near its float model as the network that was never spoiled is to its own."""
    graph, layer, channel = spoiled(mobilenet)
    healthy = quantization_errors(quantize(mobilenet, calibration, progress=silent), test_photos[::4])
    broken = quantize(graph, calibration, progress=silent)
    errors = quantization_errors(broken, calibration[::5])
    worst = min(errors.operators, key=lambda error: error.alone_snr_db if error.weight_range else np.inf)
    assert (worst.output, channel in worst.outlier_channels) == (layer, True)
    assert worst.advice is not None
    assert errors.agreement < 0.5
    keep = worst_operators(broken, errors, 1)
    for scheme in (Scheme(equalized=True), Scheme(keep_float=keep)):
        cured = quantization_errors(quantize(graph, calibration, scheme, progress=silent), test_photos[::4])
        assert cured.divergence < 1.3 * healthy.divergence
