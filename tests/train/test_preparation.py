from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.errors import OptionError, OutputError
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.preparation import prepare
from edgesmith.train.progress import Progress


def test_plan_and_images_are_found_together(three_splits: Path, tmp_path: Path) -> None:
    plan = TrainingPlan(data=three_splits, output=tmp_path / "run", model="separable_small")

    preparation = prepare(plan, progress=Progress())

    assert preparation.plan.recipe == "scratch"
    assert preparation.labels == ("blue", "red")
    assert len(preparation.found.splits["train"].files) == 16
    assert not plan.output.exists()


def test_one_sigmoid_needs_two_classes(three_splits: Path, tmp_path: Path, draw: Callable[..., Path]) -> None:
    for split in ("train", "val", "test"):
        draw(three_splits / split, "green", count=2)
    plan = TrainingPlan(data=three_splits, output=tmp_path / "run", model="separable_small", head="sigmoid")

    with pytest.raises(OptionError, match="there are 3: blue, green, red"):
        prepare(plan, progress=Progress())


def test_a_used_folder_is_refused_before_the_images_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "note.txt").touch()
    plan = TrainingPlan(data=tmp_path / "absent", output=tmp_path / "run", model="separable_small")

    with pytest.raises(OutputError, match="is not empty"):
        prepare(plan, progress=Progress())
