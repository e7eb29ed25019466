import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import DataError, MissingExtraError
from edgesmith.train.backend import tf  # noqa: F401 - before tensorflow_datasets, which imports it
from edgesmith.train.data import find_splits
from edgesmith.train.data.tfdsbuilder import TfdsSource

tfds: Any = pytest.importorskip("tensorflow_datasets", reason="needs the extra tfds")


class Garments(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]
    """Grey squares, whose value is their number, of three classes; written to a temporary folder."""

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [  # noqa: RUF012 - as TensorFlow Datasets has it
        tfds.core.BuilderConfig(name=name) for name in ("splits", "whole", "validation", "boxes", "secret")
    ]

    def _info(self) -> Any:
        features = {
            "image": tfds.features.Image(shape=(6, 7, 1)),
            "label": tfds.features.ClassLabel(names=["T-shirt/top", "coat", "bag"]),
            "id": tfds.features.Text(),
        }
        if self.builder_config.name == "boxes":
            del features["label"]
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, _: Any) -> dict[str, Any]:
        counts = {
            "splits": {"train": 60, "test": 9, "extra": 3},
            "whole": {"train": 60},
            "validation": {"train": 60, "validation": 9},
            "boxes": {"train": 60},
            "secret": {"train": 60, "test": 9},
        }[self.builder_config.name]
        return {name: self._generate_examples(name, count) for name, count in counts.items()}

    def _generate_examples(self, split: str, count: int) -> Iterator[tuple[int, dict[str, Any]]]:
        secret = self.builder_config.name == "secret" and split == "test"
        for number in range(count):
            found = {"image": np.full((6, 7, 1), number, np.uint8), "id": str(number)}
            if self.builder_config.name != "boxes":
                found["label"] = -1 if secret else number % 3
            yield number, found


@pytest.fixture(autouse=True)
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data sets are prepared below `tmp_path`, without bars and without network."""
    tfds.disable_progress_bar()
    builder = tfds.builder
    monkeypatch.setattr(tfds, "builder", lambda name: builder(name, data_dir=tmp_path))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param("splits", {"train": 54, "val": 6, "test": 9}, id="train and test"),
        pytest.param("whole", {"train": 48, "val": 6, "test": 6}, id="train alone"),
        pytest.param("validation", {"train": 54, "val": 6, "test": 9}, id="validation reports"),
    ],
)
def test_splits(config: str, expected: dict[str, int]) -> None:
    data = find_splits(f"tfds:garments/{config}", seed=0)

    assert {name: len(images.files) for name, images in data.splits.items()} == expected
    for images in data.splits.values():
        assert images.labels == ("T-shirt_top", "bag", "coat")
        for file, index in zip(images.files, images.classes, strict=True):
            pixels = np.asarray(Image.open(file))
            assert pixels.shape == (6, 7)
            assert ["T-shirt_top", "coat", "bag"][pixels[0, 0] % 3] == images.labels[index]


def test_unused_splits_are_told() -> None:
    assert "extra" in TfdsSource("tfds:garments/splits").open().notes[0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("no_such_thing", "is not known: Dataset no_such_thing not found", id="name"),
        pytest.param("garments/none", "is not known", id="configuration"),
        pytest.param("garments:9.9.9", "is not known", id="version"),
        pytest.param("", "is not known", id="empty"),
        pytest.param("garments/boxes", "1 images and 0 class labels", id="no class"),
        pytest.param("garments/secret", "example 0 of the split 'test' .* has no label", id="secret labels"),
    ],
)
def test_what_cannot_be_used_is_refused(name: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        find_splits(f"tfds:{name}", seed=0)
    assert caught.value.tip


def test_failed_download_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise ConnectionError("no network\nand more")

    monkeypatch.setattr(Garments, "download_and_prepare", fail)

    with pytest.raises(DataError, match=r"could not be prepared: no network$"):
        find_splits("tfds:garments", seed=0)


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)

    with pytest.raises(MissingExtraError, match="tensorflow_datasets") as caught:
        find_splits("tfds:mnist", seed=0)
    assert "edgesmith[tfds]" in str(caught.value.tip)
