import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import DataError, ModelFileError, OptionError, OutputError
from edgesmith.runtime.runrecord import UNFINISHED_FILE
from edgesmith.train.checkpoint import Counters, State, save_state
from edgesmith.train.defaults import SettledPlan, settle
from edgesmith.train.plan import MachinePlan, TrainingPlan
from edgesmith.train.runfolder import require_startable, run_folder

Said = list[str]


class Killed(BaseException):
    """Ctrl-C, for one."""


def settled(tmp_path: Path, **choices: Any) -> SettledPlan:
    plan = TrainingPlan(data=str(tmp_path / "data"), output=tmp_path / "runs" / "one", **choices)
    return settle(plan)


def one_epoch(run: Path, *, epoch: int = 1) -> None:
    counters = Counters(
        epoch=epoch, finished=False, micro_batch=8, accumulated=1, best=1.0, best_epoch=0, wait=0, epochs=()
    )
    save_state(run, "features", State(counters=counters, variables=()))


def die_in(
    plan: SettledPlan, do: Callable[[Path], object], *, data: str = "hash", said: Said | None = None
) -> None:
    """Do something in the RUN folder, and be killed there."""
    with run_folder(plan, data=data, say=(Said() if said is None else said).append) as run:
        do(run)
        raise Killed


def unfinished(plan: SettledPlan) -> None:
    """What a kill after the first epoch leaves."""
    with pytest.raises(Killed):
        die_in(plan, one_epoch)


def test_finished_run_has_no_trace_of_having_been_unfinished(tmp_path: Path) -> None:
    plan = settled(tmp_path)

    with run_folder(plan, data="hash", say=Said().append) as run:
        assert run == plan.output
        assert json.loads((run / UNFINISHED_FILE).read_text())["plan"] == plan.to_json()
        (run / "run.json").write_text("{}")

    assert [entry.name for entry in run.iterdir()] == ["run.json"]


@pytest.mark.parametrize("was_there", [False, True], ids=["absent", "empty"])
@pytest.mark.parametrize("epoch", [None, 0], ids=["no state", "first epoch not whole"])
def test_nothing_is_left_of_what_has_no_whole_epoch(
    tmp_path: Path, was_there: bool, epoch: int | None
) -> None:
    plan, said = settled(tmp_path), Said()
    if was_there:
        plan.output.mkdir(parents=True)

    def begin(run: Path) -> None:
        (run / "model.keras").write_bytes(b"half")
        if epoch is not None:
            one_epoch(run, epoch=epoch)

    with pytest.raises(Killed):
        die_in(plan, begin, said=said)

    assert list(plan.output.parent.iterdir()) == ([plan.output] if was_there else [])
    assert not was_there or not list(plan.output.iterdir())
    assert said == []


def test_a_whole_epoch_is_kept_and_it_is_said_how_to_go_on(tmp_path: Path) -> None:
    plan, said = settled(tmp_path), Said()

    with pytest.raises(Killed):
        die_in(plan, one_epoch, said=said)

    assert (plan.output / "checkpoint" / "features.state.npz").is_file()
    assert "--resume" in said[0]
    require_startable(plan, resume=True)
    with run_folder(plan, data="hash", say=said.append) as again:
        assert (again / "checkpoint" / "features.state.npz").is_file()


def test_unfinished_training_is_not_begun_anew_unasked(tmp_path: Path) -> None:
    plan = settled(tmp_path)
    unfinished(plan)

    with pytest.raises(OutputError, match="holds a training that was not finished") as caught:
        require_startable(plan, resume=False)

    assert "--resume" in str(caught.value.tip)


@pytest.mark.parametrize("was_there", [False, True], ids=["absent", "empty"])
@pytest.mark.parametrize("resume", [False, True])
def test_free_folder_can_be_begun_and_resumed(tmp_path: Path, was_there: bool, resume: bool) -> None:
    plan = settled(tmp_path)
    if was_there:
        plan.output.mkdir(parents=True)

    require_startable(plan, resume=resume)


@pytest.mark.parametrize(
    ("name", "resume", "message"),
    [
        pytest.param("run.json", True, "is finished", id="finished, resume"),
        pytest.param("run.json", False, "not empty", id="finished"),
        pytest.param("mine.txt", True, "not empty", id="something else, resume"),
    ],
)
def test_used_folder_stays_as_it_is(tmp_path: Path, name: str, resume: bool, message: str) -> None:
    plan = settled(tmp_path)
    plan.output.mkdir(parents=True)
    (plan.output / name).write_text("mine")

    with pytest.raises(OutputError, match=message):
        require_startable(plan, resume=resume)

    assert [entry.name for entry in plan.output.iterdir()] == [name]


def test_every_option_that_differs_is_named(tmp_path: Path) -> None:
    unfinished(settled(tmp_path))
    other = settled(tmp_path, seed=1, epochs=7, model="mobilenet_v2", alpha=0.35, label_smoothing=0.1)

    with pytest.raises(OptionError, match="--resume with another plan") as caught:
        require_startable(other, resume=True)

    for change in (
        "seed 0 → 1",
        "epochs 60 → 7",
        "model 'efficientnet_lite0' → 'mobilenet_v2'",
        "alpha 1.0 → 0.35",
        "label_smoothing 0.0 → 0.1",
    ):
        assert change in str(caught.value)
    assert "learning_rate" not in str(caught.value)


def test_augmentation_is_the_same_after_json(tmp_path: Path) -> None:
    plan = settled(tmp_path, recipe="scratch-augment")
    unfinished(plan)

    require_startable(plan, resume=True)


def test_another_machine_may_go_on(tmp_path: Path) -> None:
    plan = settled(tmp_path)
    unfinished(plan)

    require_startable(replace(plan, machine=MachinePlan(device="cpu")), resume=True)


def test_other_images_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    plan = settled(tmp_path)
    unfinished(plan)

    with (
        pytest.raises(DataError, match="images are not those"),
        run_folder(plan, data="other", say=Said().append),
    ):
        raise AssertionError

    assert (plan.output / "checkpoint" / "features.state.npz").is_file()
    require_startable(plan, resume=True)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"schema": "edgesmith.unfinished/2"}', b'{"schema": "edgesmith.unfinished/1"}'],
    ids=["empty", "half", "list", "other version", "nothing in it"],
)
def test_damaged_note_is_said(tmp_path: Path, content: bytes) -> None:
    plan = settled(tmp_path)
    unfinished(plan)
    (plan.output / UNFINISHED_FILE).write_bytes(content)

    with pytest.raises(ModelFileError, match=r"unfinished\.json"):
        require_startable(plan, resume=True)


def test_damaged_state_is_not_removed(tmp_path: Path) -> None:
    plan = settled(tmp_path)
    unfinished(plan)
    (plan.output / "checkpoint" / "features.state.npz").write_bytes(b"half")

    with pytest.raises(ModelFileError, match="damaged"), run_folder(plan, data="hash", say=Said().append):
        raise Killed

    assert (plan.output / "checkpoint" / "features.state.npz").read_bytes() == b"half"


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")

    with pytest.raises(OutputError, match="cannot write"), run_folder(settled(tmp_path), data="", say=print):
        raise AssertionError
