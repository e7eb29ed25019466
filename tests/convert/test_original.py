from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.original import Original
from edgesmith.convert.sources import Source
from edgesmith.convert.sources.keras_model import load_keras


def asked(predict: Any, *, logits: bool, mean: float = 0.0) -> Original:
    source = Source(framework="test", sha256="", flatbuffer=b"", predict=predict, run=None)
    return Original(source=source, normalisation=ExternalNormalisation(mean=(mean,)), logits=logits)


PIXELS = np.array([0, 3, 200], np.uint8).reshape(3, 1, 1, 1)


def test_the_source_gets_its_own_normalised_input() -> None:
    seen = []

    def predict(images: Any) -> Any:
        seen.append(images)
        return np.full((len(images), 2), 0.5, np.float32)

    many = np.repeat(PIXELS, 90, axis=0)
    asked(predict, logits=False, mean=3.0).scores(many, classes=2, asked=len(many))
    assert np.array_equal(np.concatenate(seen), many.astype(np.float32) - 3)


@pytest.mark.parametrize(
    ("rows", "classes", "expected"),
    [
        ([[0, np.log(3)], [1000, 1000], [-1000, 1000]], 2, [[0.25, 0.75], [0.5, 0.5], [0, 1]]),
        ([[0], [np.log(3)], [-np.log(3)]], 2, [[0.5, 0.5], [0.25, 0.75], [0.75, 0.25]]),
    ],
    ids=["softmax, without overflow", "sigmoid"],
)
def test_logits_become_probabilities(rows: Any, classes: int, expected: Any) -> None:
    original = asked(lambda images: np.array(rows, np.float32), logits=True)
    np.testing.assert_allclose(original.scores(PIXELS, classes=classes, asked=3), expected, atol=1e-6)


def test_probabilities_stay() -> None:
    original = asked(lambda images: np.array([[0.2, 0.8]] * 3, np.float32), logits=False)
    assert original.scores(PIXELS, classes=2, asked=3).tolist() == [[np.float32(0.2), np.float32(0.8)]] * 3


def test_beyond_those_asked_the_export_answers(colour_file: Path) -> None:
    source = load_keras(colour_file, run=None)
    seen: list[int] = []

    def predict(images: Any) -> Any:
        seen.append(len(images))
        return source.predict(images)

    original = Original(
        source=replace(source, predict=predict), normalisation=ExternalNormalisation(), logits=False
    )
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)
    some = original.scores(pixels, classes=3, asked=5)
    assert seen == [5]
    np.testing.assert_allclose(some, original.scores(pixels, classes=3, asked=12), atol=1e-5)
