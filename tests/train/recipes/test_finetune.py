from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.backend import keras
from edgesmith.train.optimizers import make_optimizer
from edgesmith.train.recipes import finetune
from edgesmith.train.recipes.features import fit_head
from edgesmith.train.recipes.finetune import first_released, release, train_finetune
from edgesmith.train.recipes.task import Task

MakeTask = Callable[..., Task]
NAMES = [
    "image",
    "normalisation",
    "block_1_conv",
    "block_1_bn",
    "block_2_conv",
    "block_2_bn",
    "block_3_conv",
    "block_3_bn",
    "drop",
    "pool",
]


@pytest.mark.parametrize(
    ("unfreeze_from", "trained"),
    [
        pytest.param("block_3_conv", {"block_3_conv"}, id="layer", marks=pytest.mark.slow),
        pytest.param(
            "block_2_bn", {"block_3_conv"}, id="layer that stays frozen itself", marks=pytest.mark.slow
        ),
        pytest.param("block_2", {"block_2_conv", "block_3_conv"}, id="block"),
        pytest.param("0.5", {"block_3_conv"}, id="share", marks=pytest.mark.slow),
        pytest.param("1", {"block_1_conv", "block_2_conv", "block_3_conv"}, id="all", marks=pytest.mark.slow),
        pytest.param("0", set(), id="none", marks=pytest.mark.slow),
    ],
)
def test_what_is_named_decides_on_what_is_trained(
    make_task: MakeTask,
    changed: Callable[[Any, list[Any]], set[str]],
    monkeypatch: pytest.MonkeyPatch,
    unfreeze_from: str,
    trained: set[str],
) -> None:
    # Whatever comes out is kept, so that the weights show what was trained.
    monkeypatch.setattr(finetune, "fit_head", lambda *a, **k: (fit_head(*a, **k)[0], float("inf")))
    task = make_task("finetune", unfreeze_from=unfreeze_from, learning_rate=0.01)
    assert [layer.name for layer in task.body.layers] == NAMES
    before = [layer.get_weights() for layer in task.body.layers if layer.weights]

    train_finetune(task)

    assert changed(task.body, before) == trained


def body() -> Any:
    inputs = keras.Input((2,), name="image")
    tensor = inputs
    for name in ("block_1_dense", "block_1_bn", "block_10_dense", "block_10_bn", "Conv_1", "out"):
        layer = keras.layers.BatchNormalization if name.endswith("bn") else partial(keras.layers.Dense, 2)
        tensor = layer(name=name)(tensor)
    return keras.Model(inputs, tensor)


@pytest.mark.parametrize(
    ("unfreeze_from", "first"),
    [
        pytest.param("block_10", 3, id="a block"),
        pytest.param("block_1", 1, id="and not its namesakes"),
        pytest.param("block_10_bn", 4, id="a layer"),
        pytest.param("out", 6, id="the last"),
        pytest.param("1.0", 0, id="all"),
        pytest.param("0", 7, id="none"),
        pytest.param("0.3", 5, id="share"),
    ],
)
def test_place_of_the_first_released_layer(unfreeze_from: str, first: int) -> None:
    assert first_released(body(), unfreeze_from) == first


@pytest.mark.parametrize(
    ("unfreeze_from", "tip"),
    [
        pytest.param("block_10_dens", "near are block_10_dense", id="nearly a layer"),
        pytest.param("conv_1", "Conv_1", id="wrong case"),
        pytest.param("zzz", "out", id="nothing like it"),
        pytest.param("", "share", id="empty"),
    ],
)
def test_no_such_layer_is_answered_with_those_near(unfreeze_from: str, tip: str) -> None:
    with pytest.raises(OptionError, match="is no layer of the network") as caught:
        first_released(body(), unfreeze_from)

    assert tip in str(caught.value.tip)


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "13"])
def test_share_outside_0_to_1(share: str) -> None:
    with pytest.raises(OptionError, match=r"outside 0\.\.1"):
        first_released(body(), share)


def test_wrong_name_is_said_before_anything_is_computed(make_task: MakeTask) -> None:
    task = make_task("finetune", unfreeze_from="block_9")

    with pytest.raises(OptionError, match="block_9"):
        train_finetune(task)

    assert task.journal.progress.seconds == {}


def test_batch_normalisation_stays_frozen() -> None:
    model = body()

    release(model, 2)

    assert {layer.name for layer in model.layers if layer.trainable} == {"block_10_dense", "Conv_1", "out"}


def test_finetuning_that_makes_it_worse_is_undone_head_included(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[Any] = []

    def note(*arguments: Any, **options: Any) -> Any:
        head, _ = fit_head(*arguments, **options)
        heads.append(head.get_weights())
        return head, -1.0

    monkeypatch.setattr(finetune, "fit_head", note)
    task = make_task("finetune", learning_rate=0.1)
    before = task.body.get_weights()

    trained = train_finetune(task)

    for old, new in zip([*before, *heads[0]], trained.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert "the weights from before it are kept" in task.journal.progress.said[-1]  # type: ignore[attr-defined]


def test_head_and_top_have_rates_and_stages_of_their_own(
    make_task: MakeTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edgesmith.train import fitting

    rates: dict[int, float] = {}

    def note(*arguments: Any, rate: float, **options: Any) -> Any:
        rates[len(rates)] = rate
        return make_optimizer(*arguments, rate=rate, **options)

    monkeypatch.setattr(fitting, "make_optimizer", note)
    task = make_task("finetune", learning_rate=0.25, head_learning_rate=0.5)

    train_finetune(task)

    assert list(rates.values()) == [0.5, 0.25]
    assert [epoch.stage for epoch in task.journal.history.epochs][-1] == "finetune"
    assert task.journal.history.epochs[0].stage == "head"
