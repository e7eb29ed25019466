import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.runrecord import ImageRecord
from edgesmith.runtime.spec import InputSpec
from edgesmith.train import featurecache
from edgesmith.train.backend import keras
from edgesmith.train.featurecache import features_key, keep_features, read_features
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body

SPEC = InputSpec(height=8, width=8, channels=3)
IMAGES = tuple(ImageRecord(path=f"{index}.png", label=0, sha256=str(index)) for index in range(3))
FEATURES = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


def body(*, weight: float = 1.0, stride: int = 1) -> Any:
    inputs = keras.Input((8, 8, 3), name="image")
    tensor = keras.layers.Conv2D(2, 3, stride, name="conv")(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D(name="pool")(tensor), name="body")
    model.set_weights([np.full(array.shape, weight, np.float32) for array in model.get_weights()])
    return model


def test_the_same_network_and_images_have_the_same_key() -> None:
    moved = [replace(image, path=f"elsewhere/{image.path}", label=1) for image in IMAGES]

    assert features_key(body(), SPEC, IMAGES) == features_key(body(), SPEC, moved)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: features_key(body(weight=2.0), SPEC, IMAGES), id="weights"),
        pytest.param(lambda: features_key(body(stride=2), SPEC, IMAGES), id="layers"),
        pytest.param(lambda: features_key(body(), replace(SPEC, height=9), IMAGES), id="size"),
        pytest.param(lambda: features_key(body(), SPEC, IMAGES[::-1]), id="order"),
        pytest.param(lambda: features_key(body(), SPEC, IMAGES[:2]), id="fewer images"),
        pytest.param(
            lambda: features_key(body(), SPEC, (*IMAGES[:2], replace(IMAGES[2], sha256="x"))), id="content"
        ),
    ],
)
def test_whatever_decides_on_the_features_decides_on_the_key(key: Any) -> None:
    assert key() != features_key(body(), SPEC, IMAGES)


def test_a_network_built_again_in_the_same_process_has_the_same_key() -> None:
    """Keras numbers layers without a name over the process: a notebook would never find its features again."""
    keys = [
        features_key(build_body(NETWORKS["separable_small"], SPEC_32, alpha=1.0), SPEC_32, IMAGES)
        for _ in range(2)
        if not keras.utils.set_random_seed(0)
    ]

    assert keys[0] == keys[1]


SPEC_32 = InputSpec(height=32, width=32, channels=3)


def test_kept_features_are_read(folder: Path) -> None:
    assert read_features("a") is None

    keep_features("a", FEATURES)

    found = read_features("a")
    assert found is not None
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, FEATURES)
    assert [file.name for file in folder.iterdir()] == ["a.features"]


def test_damaged_file_is_as_good_as_none(folder: Path) -> None:
    keep_features("a", FEATURES)
    file = folder / "a.features"
    whole, draw = file.read_bytes(), random.Random(0)
    damages = [b"", b"x", whole[:50], whole[:-1], whole[32:]]
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        damages.append(bytes(flipped))

    for damaged in damages:
        file.write_bytes(damaged)
        assert read_features("a") is None

    keep_features("a", FEATURES)
    assert read_features("a") is not None


def test_file_that_nobody_may_read_is_as_good_as_none(folder: Path) -> None:
    (folder / "a.features").mkdir(parents=True)

    assert read_features("a") is None


def test_place_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "file"))

    with pytest.raises(OutputError, match="cannot write"):
        keep_features("a", FEATURES)


def test_beyond_the_limit_those_not_used_for_longest_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 32 + 128 + FEATURES.nbytes
    monkeypatch.setattr(featurecache, "CACHE_LIMIT", 2 * size)
    for age, key in enumerate(("a", "b"), start=1):
        keep_features(key, FEATURES)
        os.utime(folder / f"{key}.features", (1000 - age, 1000 - age))
    assert read_features("b") is not None  # which makes it the younger one

    keep_features("c", FEATURES)

    assert sorted(file.name for file in folder.iterdir()) == ["b.features", "c.features"]


def test_features_larger_than_the_limit_are_not_kept_for_others_to_pay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_features("a", FEATURES)
    monkeypatch.setattr(featurecache, "CACHE_LIMIT", FEATURES.nbytes)

    keep_features("b", FEATURES)

    assert not list(folder.iterdir())
