from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.plan import NetworkName
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body

SPEC = InputSpec(height=32, width=32, channels=3)
CASES: list[tuple[NetworkName, str, float]] = [
    ("mobilenet_v1", "MobileNet", 0.25),
    ("mobilenet_v2", "MobileNetV2", 0.35),
]


@pytest.mark.parametrize(("name", "application", "alpha"), CASES)
def test_download_is_copied_layer_by_layer(
    monkeypatch: pytest.MonkeyPatch, name: NetworkName, application: str, alpha: float
) -> None:
    original = getattr(keras.applications, application)

    def downloaded(**arguments: Any) -> Any:
        assert arguments.pop("weights") == "imagenet"
        model = original(**arguments, weights=None)
        model.set_weights([np.full(weight.shape, 0.5) for weight in model.weights])
        return model

    body = NETWORKS[name]
    model = build_body(body, SPEC, alpha=alpha)
    monkeypatch.setattr(keras.applications, application, downloaded)

    assert body.load_imagenet is not None
    body.load_imagenet(model, alpha)

    assert all((weight == 0.5).all() for weight in model.get_weights())


@pytest.mark.parametrize(("name", "application", "alpha"), CASES)
def test_failed_download_has_a_way_out(
    monkeypatch: pytest.MonkeyPatch, name: NetworkName, application: str, alpha: float
) -> None:
    def unreachable(**_: Any) -> Any:
        raise Exception("URL fetch failure on https://storage.googleapis.com/x: None -- no route")

    model = build_body(NETWORKS[name], SPEC, alpha=alpha)
    monkeypatch.setattr(keras.applications, application, unreachable)
    load = NETWORKS[name].load_imagenet

    assert load is not None
    with pytest.raises(EdgesmithError, match="cannot be downloaded") as caught:
        load(model, alpha)
    assert "--weights FILE" in str(caught.value.tip)


def test_other_failures_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Any:
        raise ValueError("a defect")

    model = build_body(NETWORKS["mobilenet_v1"], SPEC, alpha=0.25)
    monkeypatch.setattr(keras.applications, "MobileNet", broken)
    load = NETWORKS["mobilenet_v1"].load_imagenet

    assert load is not None
    with pytest.raises(ValueError, match="a defect"):
        load(model, 0.25)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "alpha", "file", "unused"),
    [
        pytest.param(
            "mobilenet_v2", 0.35, "mobilenet_v2_0.35_128_imagenet_no_top.weights.h5", [], id="V2 0.35"
        ),
        pytest.param("mobilenet_v1", 0.5, "mobilenet_v1_0.5_224_imagenet_no_top.weights.h5", [], id="V1 0.5"),
        pytest.param(
            "mobilenet_v1",
            0.25,
            "mobilenet_v1_0.25_224_imagenet_top.h5",
            ["conv_preds"],
            id="V1 0.25, Keras 2",
        ),
    ],
)
def test_published_weights_load(
    shared_data: Path, name: NetworkName, alpha: float, file: str, unused: list[str]
) -> None:
    body = build_body(NETWORKS[name], SPEC, alpha=alpha)
    before = body.get_weights()

    assert load_weights(body, shared_data / "models" / "keras_imagenet" / file) == unused

    assert not any((old == new).all() for old, new in zip(before, body.get_weights(), strict=True))
