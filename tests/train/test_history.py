import csv
from dataclasses import replace
from pathlib import Path

import pytest

from edgesmith.train.backend import tf
from edgesmith.train.epoch import Epoch
from edgesmith.train.history import History


def epoch(number: int, val_loss: float, *, stage: str = "head") -> Epoch:
    return Epoch(stage=stage, epoch=number, loss=0.5, accuracy=0.75, val_loss=val_loss, val_accuracy=0.5)


def test_csv_is_complete_after_each_epoch(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        history.add(epoch(1, 0.9))
        history.add(epoch(2, 0.8, stage="finetune"))

        with (tmp_path / "history.csv").open() as file:
            rows = list(csv.DictReader(file))

    assert [(row["stage"], row["epoch"], row["val_loss"]) for row in rows] == [
        ("head", "1", "0.9"),
        ("finetune", "2", "0.8"),
    ]


def test_tensorboard_finds_the_scalars(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        history.add(epoch(1, 0.9))

    found = {}
    for file in (tmp_path / "tensorboard").rglob("events.*"):
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            for value in tf.compat.v1.Event.FromString(record).summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found[file.parent.name, value.tag] = float(tf.make_ndarray(value.tensor))
    assert found == {
        ("train", "epoch_loss"): 0.5,
        ("train", "epoch_accuracy"): 0.75,
        ("val", "epoch_loss"): pytest.approx(0.9),
        ("val", "epoch_accuracy"): 0.5,
    }


def test_epochs_of_before_a_kill_come_first(tmp_path: Path) -> None:
    with History(tmp_path / "whole") as whole, History(tmp_path / "resumed") as resumed:
        for number in (1, 2, 3):
            whole.add(epoch(number, 0.1 + 0.2))
        resumed.extend(whole.epochs[:2])
        resumed.add(whole.epochs[2])

    files = [(tmp_path / name / "history.csv").read_bytes() for name in ("whole", "resumed")]
    assert files[0] == files[1]
    assert resumed.epochs == whole.epochs


def test_best_is_the_lowest_validation_loss_of_the_last_stage(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        for number, loss in enumerate((0.1, 0.2), start=1):
            history.add(epoch(number, loss))
        for number, loss in enumerate((0.6, 0.4, 0.5), start=1):
            history.add(epoch(number, loss, stage="finetune"))

        assert history.best() == epoch(2, 0.4, stage="finetune")


def test_best_by_accuracy_is_the_first_of_equals(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        for number, accuracy in enumerate((0.5, 0.7, 0.7), start=1):
            history.add(replace(epoch(number, 0.9 / number), val_accuracy=accuracy))

        assert history.best("val_accuracy").epoch == 2
