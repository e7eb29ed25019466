"""The bars of the whole chain on real photos: train, convert, verify, predict, as a user runs them."""

import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.runrecord import RunRecord

REPOSITORY = Path(__file__).parents[2]
CATS_DOGS = REPOSITORY.parent / "shared" / "data" / "cats_dogs"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared_data,
    pytest.mark.skipif(not CATS_DOGS.is_dir(), reason="../shared/data/cats_dogs is not here"),
]


def edgesmith(*words: str | Path, python: Path = Path(sys.executable)) -> dict[str, Any]:
    """Run a command with `--json`; it must end with 0."""
    command = [str(python), "-m", "edgesmith", *map(str, words), "--json"]
    finished = subprocess.run(command, capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain") / "cats_dogs"
    started = time.monotonic()
    edgesmith("train", CATS_DOGS, "-o", folder, "--model", "efficientnet_lite0", "--recipe", "features")
    assert time.monotonic() - started <= 120
    return folder


@pytest.fixture(scope="module")
def deploy(run: Path) -> Path:
    folder = run.parent / "deploy"
    edgesmith("convert", run, "-o", folder)
    return folder


@pytest.fixture(scope="module")
def converted(deploy: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((deploy / "convert.json").read_bytes())
    return document


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a virtual environment with `pip install '.[litert]'`."""
    folder = tmp_path_factory.mktemp("thin")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", f"{REPOSITORY}[litert]"]
    subprocess.run(install, check=True)
    return python


def test_transfer_learning_reaches_its_accuracy(run: Path) -> None:
    assert RunRecord.load(run).metrics["test"]["top1"] >= 0.986


def test_int8_loses_at_most_four_tenths_of_a_point(converted: dict[str, Any]) -> None:
    int8 = next(file for file in converted["files"] if file["path"].endswith("int8.tflite"))

    assert int8["accuracy"]["images"] == 500
    assert int8["accuracy"]["top1"] >= converted["source"]["accuracy"]["top1"] - 0.004


def test_int8_onnx_gives_the_bytes_of_int8_tflite(converted: dict[str, Any]) -> None:
    (onnx,) = (file for file in converted["files"] if file["path"].endswith("int8.onnx"))

    assert onnx["parity"]["images"] == 500
    assert onnx["parity"]["identical_to"] == "cats_dogs-int8.tflite"
    assert onnx["parity"]["identical_share"] == 1.0


@pytest.fixture(scope="module")
def against_tf2onnx(deploy: Path) -> dict[str, Any]:
    script = REPOSITORY / "benchmarks" / "peers" / "tf2onnx_speed.py"
    files = [deploy / "cats_dogs-int8.tflite", deploy / "cats_dogs-int8.onnx"]
    command: list[str | Path] = [sys.executable, script, *files, "--images", CATS_DOGS / "test"]
    finished = subprocess.run(command, capture_output=True, check=True)
    measured: dict[str, Any] = json.loads(finished.stdout)
    return measured


def test_the_measured_files_are_identical(against_tf2onnx: dict[str, Any]) -> None:
    assert against_tf2onnx["identical_to_litert"]["edgesmith"] == against_tf2onnx["images"]


def test_the_rewrites_have_not_lost_their_speed(against_tf2onnx: dict[str, Any]) -> None:
    # 1.7-1.8 on an Intel Xeon; without the rewrites it is 1.
    assert against_tf2onnx["times_as_fast_as_tf2onnx"] >= 1.5


@pytest.mark.xfail(
    strict=False, reason="not reached on Intel Xeon (1.7-1.8); 2.0-2.9 was the prototype's on EPYC"
)
def test_int8_onnx_is_twice_as_fast_as_tf2onnx_makes_it(against_tf2onnx: dict[str, Any]) -> None:
    assert against_tf2onnx["times_as_fast_as_tf2onnx"] >= 2


def test_the_thin_install_verifies_and_predicts(thin: Path, deploy: Path) -> None:
    installed = subprocess.run([thin, "-m", "pip", "list"], capture_output=True, check=True).stdout.decode()
    assert "tensorflow" not in installed
    assert "onnx" not in installed

    model = deploy / "cats_dogs-int8.tflite"
    photo = sorted((CATS_DOGS / "test" / "cats").iterdir())[0]
    (verdict,) = edgesmith("verify", model, python=thin)["results"]
    (result,) = edgesmith("predict", model, photo, python=thin)["results"]

    assert verdict["outcome"] == "identical"
    assert result["top"][0]["label"] == "cats"


def test_a_prediction_is_there_within_half_a_second(thin: Path, deploy: Path) -> None:
    photo = sorted((CATS_DOGS / "test" / "cats").iterdir())[0]
    command: list[str | Path] = [
        thin.parent / "edgesmith",
        "predict",
        deploy / "cats_dogs-int8.tflite",
        photo,
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    seconds = []
    for _ in range(6):
        started = time.monotonic()
        subprocess.run(command, env=environment, capture_output=True, check=True)
        seconds.append(time.monotonic() - started)

    assert sorted(seconds[1:])[2] <= 0.45  # the first run compiles Python's byte code
