from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.train.backend import keras
from edgesmith.train.callbacks import Journal
from edgesmith.train.data import find_splits, record_splits
from edgesmith.train.defaults import settle
from edgesmith.train.history import History
from edgesmith.train.images import ImageSet
from edgesmith.train.plan import Recipe, TrainingPlan
from edgesmith.train.progress import Progress
from edgesmith.train.recipes.task import Task
from edgesmith.train.zoo.network import Network, build_body

MakeTask = Callable[..., Task]


class Telling(Progress):
    """Keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def make_task(
    tiny_network: Network, three_splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeTask]:
    """make_task("finetune", unfreeze_from="0.5"): one epoch of blue or red by the tiny network."""
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "cache"))
    found = find_splits(str(three_splits), seed=0)
    stack = ExitStack()

    def make(recipe: Recipe, *, run: str = "run", **choices: Any) -> Task:
        plan = settle(
            TrainingPlan(
                data=str(three_splits),
                output=tmp_path / run,
                model="mobilenet_v1",
                recipe=recipe,
                **{"epochs": 1, "batch_size": 8, **choices},
            )
        )
        (tmp_path / run).mkdir()
        keras.utils.set_random_seed(0)
        body = build_body(plan.network, plan.input, alpha=1.0)
        assert tiny_network.load_imagenet is not None
        if plan.weights == "imagenet":
            tiny_network.load_imagenet(body, 1.0)
        history = stack.enter_context(History(tmp_path / run))
        return Task(
            plan=plan,
            labels=found.splits["train"].labels,
            body=body,
            data=record_splits(found),
            images={name: ImageSet(found.splits[name], plan.input, keep=True) for name in SPLITS},
            journal=Journal(run=tmp_path / run, history=history, progress=Telling()),
        )

    with stack:
        yield make


@pytest.fixture
def changed() -> Callable[[Any, list[Any]], set[str]]:
    """changed(model, before): the names of the layers whose weights are not those of `before` any more."""

    def names(model: Any, before: list[Any]) -> set[str]:
        layers = [layer for layer in model.layers if layer.weights]
        return {
            layer.name
            for layer, old in zip(layers, before, strict=False)
            if any((a != b).any() for a, b in zip(old, layer.get_weights(), strict=True))
        }

    return names
