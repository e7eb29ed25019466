from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import keras  # isort: skip
from edgesmith.convert.explain.deployed_subject import DeployedSubject
from edgesmith.convert.explain.heatmaps import heat_maps, methods_for
from edgesmith.convert.explain.keras_subject import KerasSubject
from edgesmith.convert.explain.plan import METHODS, Method
from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.runtime.images import load

Pixels = NDArray[np.uint8]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_red_square(
    red_subject: KerasSubject, red_pixels: Pixels, method: Method
) -> None:
    heat = heat_maps(red_subject, red_pixels, (0,), methods=(method,), layer=None)[0]

    assert heat.centre == pytest.approx((0.75, 0.75), abs=0.1)
    assert heat.heat.shape == (32, 32)
    assert heat.heat.min() >= 0
    assert heat.heat.max() == pytest.approx(1)


def test_maps_come_class_by_class(red_subject: KerasSubject, red_pixels: Pixels) -> None:
    found = heat_maps(red_subject, red_pixels, (1, 0), methods=None, layer=None)

    assert [(heat.index, heat.method) for heat in found] == [
        (1, "grad-cam"),
        (1, "grad-cam++"),
        (0, "grad-cam"),
        (0, "grad-cam++"),
    ]


def _without_gradient(make_subject: Callable[..., KerasSubject]) -> KerasSubject:
    image = keras.Input((16, 16, 3))
    rounded = keras.ops.round(keras.layers.Conv2D(4, 3, name="conv")(image))
    values = keras.layers.GlobalAveragePooling2D()(rounded)
    return make_subject(keras.Model(image, keras.layers.Dense(2, activation="softmax")(values)), "a", "b")


def test_score_cam_steps_in_where_there_is_no_gradient(make_subject: Callable[..., KerasSubject]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (1, 16, 16, 3), dtype=np.uint8)

    found = heat_maps(_without_gradient(make_subject), pixels, (0,), methods=None, layer="conv")

    assert [heat.method for heat in found] == ["score-cam"]


def test_grad_cam_by_name_is_an_error_there(make_subject: Callable[..., KerasSubject]) -> None:
    pixels = np.zeros((1, 16, 16, 3), np.uint8)

    with pytest.raises(UnsupportedModelError, match="no gradient on 'conv'") as caught:
        heat_maps(_without_gradient(make_subject), pixels, (0,), methods=("grad-cam",), layer="conv")

    assert "occlusion" in str(caught.value.tip)


@pytest.mark.parametrize("file", ["colours-float32.tflite", "colours-int8.tflite", "colours-int8.onnx"])
def test_deployed_files_are_occluded(deployed: Path, photos: Path, file: str) -> None:
    subject = DeployedSubject(deployed / file)
    pixels = load(photos / "test" / "red" / "0.png", subject.geometry)

    found = heat_maps(subject, pixels, (2,), methods=None, layer=None)

    assert [heat.method for heat in found] == ["occlusion"]
    assert found[0].heat.max() == pytest.approx(1)


def test_deployed_files_have_no_gradients(deployed: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="needs gradients"):
        methods_for(DeployedSubject(deployed / "colours-int8.tflite"), ("grad-cam",))


def test_score_cam_reads_the_interpreter_s_tensors(deployed: Path, picture: Path) -> None:
    subject = DeployedSubject(deployed / "colours-int8.tflite")
    pixels = load(picture, subject.geometry)

    assert heat_maps(subject, pixels, (2,), methods=("score-cam",), layer=None)[0].heat.max() == 1
    with pytest.raises(UnsupportedModelError, match="shows no activations"):
        methods_for(DeployedSubject(deployed / "colours-int8.onnx"), ("score-cam",))
