"""What a kill leaves is the RUN folder as it is at that moment: copies of it are made at many moments of one
training, and each is gone on with. That a real SIGKILL leaves just that is shown once.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import OutputError
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.runtime.runrecord import UNFINISHED_FILE, RunRecord
from edgesmith.train import TrainingPlan, train
from edgesmith.train.backend import keras
from edgesmith.train.callbacks import Reporter
from edgesmith.train.plan import Recipe
from edgesmith.train.zoo.network import Network

Draw = Callable[..., Path]
Moment = tuple[str, int, int]  # stage, epoch and step, both from 0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, draw: Draw) -> Path:
    root = tmp_path_factory.mktemp("data")
    for split in SPLITS:
        draw(root / split, "red", "blue", count=10, size=24)
    return root


@pytest.fixture
def plan(tiny_network: Network, data: Path, tmp_path: Path) -> TrainingPlan:
    """Dropout, augmentation and BatchNormalization: whatever a training can forget."""
    return TrainingPlan(
        data=str(data),
        output=tmp_path / "whole",
        model="mobilenet_v1",
        recipe="scratch-augment",
        epochs=3,
        batch_size=8,
        learning_rate=0.02,
    )


def copy_at(monkeypatch: pytest.MonkeyPatch, moments: set[Moment]) -> None:
    """Copy RUN to its sibling `<stage>-<epoch>-<step>` when that step is done, or -1 when the epoch is told."""
    step_done, epoch_done = Reporter.on_train_batch_end, Reporter.on_epoch_end
    epochs: dict[str, int] = {}

    def copy(reporter: Any, step: int) -> None:
        moment = (reporter._stage, epochs.get(reporter._stage, 0), step)
        if moment in moments:
            run = reporter._journal.run
            shutil.copytree(run, run.with_name("-".join(map(str, moment))))

    def on_step(reporter: Any, batch: int, logs: Any = None) -> None:
        step_done(reporter, batch, logs)
        copy(reporter, batch)

    def on_epoch(reporter: Any, epoch: int, logs: Any = None) -> None:
        epoch_done(reporter, epoch, logs)
        copy(reporter, -1)
        epochs[reporter._stage] = epoch + 1

    monkeypatch.setattr(Reporter, "on_train_batch_end", on_step)
    monkeypatch.setattr(Reporter, "on_epoch_end", on_epoch)


def arrays(run: Path) -> list[bytes]:
    return [array.tobytes() for array in keras.saving.load_model(run / "model.keras").get_weights()]


def require_equal(run: Path, whole: Path) -> None:
    assert arrays(run) == arrays(whole)
    assert (run / "history.csv").read_bytes() == (whole / "history.csv").read_bytes()
    assert (run / "curves.png").read_bytes() == (whole / "curves.png").read_bytes()
    assert RunRecord.load(run).metrics == RunRecord.load(whole).metrics
    assert RunRecord.load(run).plan == RunRecord.load(whole).plan
    assert not (run / UNFINISHED_FILE).exists()


@pytest.mark.parametrize(
    ("recipe", "moments"),
    [
        pytest.param(
            "scratch-augment",
            {("scratch-augment", 0, 1), ("scratch-augment", 1, 0), ("scratch-augment", 2, -1)},
            id="scratch-augment",
        ),
        pytest.param(
            "finetune",
            {("head", 1, 0), ("finetune", 0, 2), ("finetune", 1, 1)},
            id="finetune",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "features-augment", {("features-augment", 1, 1)}, id="features-augment", marks=pytest.mark.slow
        ),
        pytest.param("features", {("head", 2, 1)}, id="features", marks=pytest.mark.slow),
    ],
)
def test_killed_training_reaches_the_bits_of_an_uninterrupted_one(
    plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch, recipe: Recipe, moments: set[Moment]
) -> None:
    plan = replace(plan, recipe=recipe)
    with monkeypatch.context() as patch:
        copy_at(patch, moments)
        train(plan)

    for moment in moments:
        run = plan.output.with_name("-".join(map(str, moment)))
        assert (run / UNFINISHED_FILE).is_file()
        train(replace(plan, output=run, resume=True))
        require_equal(run, plan.output)


def test_kill_between_the_last_epoch_and_the_record_costs_no_epoch(
    plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = RunRecord.save

    def copy_and_save(record: RunRecord, run: Path) -> None:
        shutil.copytree(run, run.with_name("killed"))
        save(record, run)
        shutil.copytree(run, run.with_name("killed-later"))

    with monkeypatch.context() as patch:
        patch.setattr(RunRecord, "save", copy_and_save)
        train(plan)
    monkeypatch.setattr(keras.Model, "fit", None)

    for name in ("killed", "killed-later"):
        train(replace(plan, output=plan.output.with_name(name), resume=True))
        require_equal(plan.output.with_name(name), plan.output)


def test_finished_training_cannot_be_resumed(plan: TrainingPlan) -> None:
    plan = replace(plan, epochs=1, resume=True)
    train(plan)  # an absent folder can

    with pytest.raises(OutputError, match="is finished"):
        train(plan)


@pytest.mark.slow
def test_interruption_after_an_epoch_leaves_a_folder_to_go_on_with(
    plan: TrainingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(plan)
    step_done = Reporter.on_train_batch_end

    def interrupt(reporter: Any, batch: int, logs: Any = None) -> None:
        step_done(reporter, batch, logs)
        if batch == 1 and len(reporter._journal.history.epochs) == 2:
            raise KeyboardInterrupt

    run = plan.output.with_name("interrupted")
    with monkeypatch.context() as patch:
        patch.setattr(Reporter, "on_train_batch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(replace(plan, output=run))

    with pytest.raises(OutputError, match="not finished"):
        train(replace(plan, output=run))
    train(replace(plan, output=run, resume=True))
    require_equal(run, plan.output)


KILLER = """
import os, signal, sys
from edgesmith.train.callbacks import Reporter
step_done = Reporter.on_train_batch_end
def kill(reporter, batch, logs=None):
    step_done(reporter, batch, logs)
    if batch == 1 and len(reporter._journal.history.epochs) == int(os.environ["EPOCH"]):
        os.kill(os.getpid(), signal.SIGKILL)
Reporter.on_train_batch_end = kill
from edgesmith.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_sigkill_and_resume_on_the_command_line(data: Path, tmp_path: Path) -> None:
    words = ["train", str(data), "--recipe", "scratch-augment", "--model", "separable_small"]
    words += ["--image-size", "16", "--epochs", "2", "--batch-size", "8"]

    def run(folder: str, *more: str, epoch: int) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", KILLER, *words, "-o", str(tmp_path / folder), *more]
        environment = {**os.environ, "EPOCH": str(epoch)}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    killed = run("killed", epoch=1)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (tmp_path / "killed" / "run.json").exists()
    resumed = run("killed", "--resume", "--json", epoch=99)
    assert resumed.returncode == 0, resumed.stderr
    assert "scratch-augment: 1 epochs were done before" in resumed.stderr

    train(
        TrainingPlan(
            data=str(data),
            output=tmp_path / "whole",
            recipe="scratch-augment",
            model="separable_small",
            image_size=16,
            epochs=2,
            batch_size=8,
        )
    )

    require_equal(tmp_path / "killed", tmp_path / "whole")
    assert json.loads(resumed.stdout)["metrics"] == RunRecord.load(tmp_path / "whole").metrics
