"""Two processes on the loopback interface stand for two hosts."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax", reason="training across hosts needs the extra `hosts`")

Start = Callable[..., subprocess.Popen[str]]


def across(port: int, index: int, hosts: int = 2) -> tuple[str, ...]:
    place = ("--coordinator", f"127.0.0.1:{port}", "--hosts", str(hosts), "--host-index", str(index))
    return ("--distribute", "hosts", *place)


@pytest.mark.slow
def test_two_hosts_come_to_the_weights_of_one_process(tmp_path: Path, start: Start, port: int) -> None:
    runs = [start(f"host{index}", "--epochs", "2", *across(port, index), output="run") for index in (0, 1)]
    runs.append(start("one", "--epochs", "2", backend="jax"))

    said = [run.communicate(timeout=300)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0, 0], said
    first, second, one = (np.load(tmp_path / f"{name}.npz") for name in ("host0", "host1", "one"))
    for name in one.files:
        np.testing.assert_array_equal(second[name], first[name])
        np.testing.assert_allclose(first[name], one[name], atol=1e-4)
    found = [
        np.genfromtxt(tmp_path / name / "history.csv", delimiter=",", names=True, encoding="utf-8")
        for name in ("run", "one")
    ]
    for key in ("val_loss", "val_accuracy"):
        np.testing.assert_allclose(found[0][key], found[1][key], atol=1e-4)
    assert (tmp_path / "run" / "run.json").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1], ids="host {}".format)
def test_host_that_is_killed_ends_the_other(tmp_path: Path, start: Start, port: int, victim: int) -> None:
    runs = [start(f"host{index}", "--epochs", "9999", *across(port, index), output="run") for index in (0, 1)]
    history = tmp_path / "run" / "history.csv"
    while not history.is_file():
        assert all(run.poll() is None for run in runs)
        time.sleep(0.2)

    runs[victim].send_signal(signal.SIGKILL)
    said, _ = runs[1 - victim].communicate(timeout=60)

    assert f"host {victim} is gone" in said
    assert "--resume" in said
    assert runs[1 - victim].returncode == 1


@pytest.mark.slow
def test_killed_training_goes_on_to_the_same_weights(tmp_path: Path, start: Start, port: int) -> None:
    whole = start("whole", "--epochs", "4", backend="jax")
    runs = [start(f"host{index}", "--epochs", "4", *across(port, index), output="run") for index in (0, 1)]
    while not (tmp_path / "run" / "history.csv").is_file():
        assert runs[0].poll() is None
        time.sleep(0.05)
    for run in runs:
        run.send_signal(signal.SIGKILL)
        run.wait()

    again = [
        start(f"host{index}", "--epochs", "4", "--resume", *across(port, index), output="run")
        for index in (0, 1)
    ]
    said = [run.communicate(timeout=300)[0] for run in (*again, whole)]

    assert [run.returncode for run in (*again, whole)] == [0, 0, 0], said
    assert "epochs were done before" in said[0]
    resumed, expected = (np.load(tmp_path / f"{name}.npz") for name in ("host1", "whole"))
    for name in expected.files:
        np.testing.assert_allclose(resumed[name], expected[name], atol=1e-4)


@pytest.mark.slow
def test_model_converts_as_any_other(tmp_path: Path, start: Start, port: int) -> None:
    runs = [start(f"host{index}", "--epochs", "1", *across(port, index), output="run") for index in (0, 1)]
    said = [run.communicate(timeout=300)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said

    converted = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "edgesmith",
                "convert",
                str(tmp_path / "run"),
                "-o",
                str(tmp_path / "deploy"),
            ),
            *("--precision", "float32", "--format", "tflite"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert converted.returncode == 0, converted.stderr
    assert [file.name for file in (tmp_path / "deploy").glob("*.tflite")] == ["run-float32.tflite"]
