"""With logical devices of one processor: this project's machines have no GPU."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.machine.mirrored import mirrored_strategy

Start = Callable[..., subprocess.Popen[str]]


def test_one_device_is_an_error() -> None:
    with pytest.raises(OptionError, match="needs two GPUs or more; this host has 0"):
        mirrored_strategy(batch_size=32)


@pytest.mark.slow
def test_two_devices_come_to_the_weights_of_one(tmp_path: Path, start: Start) -> None:
    runs = {
        "one": start("one", "--epochs", "2"),
        "two": start("two", "--epochs", "2", "--distribute", "mirrored", cpus=2),
    }

    said = {name: run.communicate(timeout=300)[0] for name, run in runs.items()}

    assert [run.returncode for run in runs.values()] == [0, 0], said
    one, two = (np.load(tmp_path / f"{name}.npz") for name in runs)
    for name in one.files:
        np.testing.assert_allclose(two[name], one[name], atol=1e-4)
    histories = [
        np.genfromtxt(tmp_path / name / "history.csv", delimiter=",", names=True, encoding="utf-8")
        for name in runs
    ]
    for key in ("val_loss", "val_accuracy"):
        np.testing.assert_allclose(histories[1][key], histories[0][key], atol=1e-4)


@pytest.mark.slow
def test_killed_training_goes_on_to_the_same_weights(tmp_path: Path, start: Start) -> None:
    options = ("--epochs", "6", "--distribute", "mirrored")
    whole, killed = start("whole", *options, cpus=2), start("run", *options, cpus=2)
    while not (tmp_path / "run" / "history.csv").is_file():
        assert killed.poll() is None
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    again = start("run", *options, "--resume", cpus=2)
    said = [run.communicate(timeout=600)[0] for run in (again, whole)]

    assert [again.returncode, whole.returncode] == [0, 0], said
    assert "epochs were done before" in said[0]
    resumed, expected = (np.load(tmp_path / f"{name}.npz") for name in ("run", "whole"))
    for name in expected.files:
        np.testing.assert_allclose(resumed[name], expected[name], atol=1e-6)
