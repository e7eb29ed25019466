from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.backend import keras
from edgesmith.train.data import find_splits
from edgesmith.train.defaults import settle
from edgesmith.train.fitting import Journal
from edgesmith.train.history import History
from edgesmith.train.pipeline import read_images
from edgesmith.train.plan import RECIPE_NAMES, Recipe, TrainingPlan
from edgesmith.train.progress import Progress
from edgesmith.train.recipes import finetune
from edgesmith.train.recipes.catalogue import RECIPES
from edgesmith.train.recipes.features import fit_head
from edgesmith.train.recipes.finetune import release_top
from edgesmith.train.recipes.task import Task
from edgesmith.train.zoo.network import build_body


def tiny_body(pixels: Any, alpha: float) -> Any:
    del alpha
    layers = keras.layers
    for index in (1, 2, 3):
        pixels = layers.Conv2D(6, 3, 2, name=f"conv{index}")(pixels)
        pixels = layers.BatchNormalization(name=f"norm{index}")(pixels)
    return layers.GlobalAveragePooling2D()(pixels)


@contextmanager
def task(data: Path, tmp_path: Path, recipe: Recipe) -> Iterator[Task]:
    """Blue or red at 32×32 pixels, by a network of three convolutions."""
    plan = settle(TrainingPlan(data=data, output=tmp_path / "run", image_size=32, epochs=1, batch_size=8))
    plan = replace(plan, recipe=recipe, network=replace(plan.network, body=tiny_body))
    keras.utils.set_random_seed(0)
    splits = find_splits(data, seed=0)
    with History(tmp_path) as history:
        yield Task(
            plan=plan,
            labels=splits["train"].labels,
            body=build_body(plan.network, plan.input, alpha=1.0),
            images={
                name: read_images(splits[name], plan.input, keep=True, advance=lambda _: None)
                for name in SPLITS
            },
            journal=Journal(run=tmp_path, history=history, progress=Progress()),
        )


# `quantize-aware` begins with a finished classifier: test_quantize_aware.py.
@pytest.mark.parametrize("recipe", [name for name in RECIPE_NAMES if name != "quantize-aware"])
def test_reported_scores_are_those_of_the_model(three_splits: Path, tmp_path: Path, recipe: Recipe) -> None:
    with task(three_splits, tmp_path, recipe) as given:
        trained = RECIPES[recipe](given)

        for split in SPLITS:
            pixels = given.images[split].pixels
            expected = trained.model.predict(pixels, verbose=0)
            np.testing.assert_allclose(trained.score(split), expected, atol=1e-5)


def test_features_leaves_the_body_alone(three_splits: Path, tmp_path: Path) -> None:
    with task(three_splits, tmp_path, "features") as given:
        before = given.body.get_weights()

        trained = RECIPES["features"](given)

        for old, new in zip(before, given.body.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        assert set(given.journal.progress.seconds) == {
            "features train",
            "features val",
            "features test",
            "head",
        }
        assert trained.model.layers[-1].units == 2


def test_scratch_lets_the_statistics_of_batch_normalisation_keep_up(
    three_splits: Path, tmp_path: Path
) -> None:
    with task(three_splits, tmp_path, "scratch") as given:
        given.body.get_layer("norm1").momentum, given.body.get_layer("norm2").momentum = 0.999, 0.8

        RECIPES["scratch"](given)

        momenta = [given.body.get_layer(f"norm{index}").momentum for index in (1, 2, 3)]
        assert momenta == [0.9, 0.8, 0.9]


def test_scratch_trains_every_layer(three_splits: Path, tmp_path: Path) -> None:
    with task(three_splits, tmp_path, "scratch") as given:
        before = [weight.numpy() for weight in given.body.trainable_weights]

        RECIPES["scratch"](given)

        after = [weight.numpy() for weight in given.body.trainable_weights]
        assert not any((old == new).all() for old, new in zip(before, after, strict=True))


def test_finetune_trains_the_top_and_no_batch_normalisation(
    three_splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever comes out is kept, so that the weights show what was trained.
    monkeypatch.setattr(finetune, "fit_head", lambda *a, **k: (fit_head(*a, **k)[0], float("inf")))
    with task(three_splits, tmp_path, "finetune") as given:
        layers = [layer for layer in given.body.layers if layer.weights]
        before = [layer.get_weights() for layer in layers]

        RECIPES["finetune"](given)

        changed = {
            layer.name
            for layer, old in zip(layers, before, strict=True)
            if any((a != b).any() for a, b in zip(old, layer.get_weights(), strict=True))
        }
    names = [layer.name for layer in given.body.layers]
    assert "conv3" in changed
    assert min(names.index(name) for name in changed) >= len(names) // 2
    assert not [name for name in changed if name.startswith("norm")]


def test_finetune_that_makes_it_worse_is_undone(
    three_splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finetune, "fit_head", lambda *a, **k: (fit_head(*a, **k)[0], -1.0))
    with task(three_splits, tmp_path, "finetune") as given:
        before = given.body.get_weights()

        RECIPES["finetune"](given)

        for old, new in zip(before, given.body.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(("share", "trainable"), [(0.0, 0), (0.5, 2), (1.0, 4)])
def test_share_decides_how_much_is_released(share: float, trainable: int) -> None:
    layers = keras.layers
    body = keras.Sequential(
        [layers.Dense(2), layers.Dense(2), layers.BatchNormalization(), layers.Dense(2), layers.Dense(2)]
    )
    body.build((None, 2))

    release_top(body, share=share)

    assert sum(layer.trainable for layer in body.layers) == trainable
    assert not body.layers[2].trainable
