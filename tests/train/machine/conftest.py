import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WORKER = Path(__file__).with_name("worker.py")

# Convolutions, without dropout and BatchNormalization: nothing depends on how a batch is divided.
NETWORK = """
def build(input_shape, classes):
    import keras

    inputs = keras.Input(input_shape)
    tensor = keras.layers.Rescaling(1 / 255)(inputs)
    tensor = keras.layers.Conv2D(4, 3, strides=4, activation="relu")(tensor)
    tensor = keras.layers.GlobalAveragePooling2D()(tensor)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(tensor))
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
    return number


@pytest.fixture
def data(tmp_path: Path, draw: Callable[..., Path]) -> Path:
    """19 images to train on, 9 to validate: neither divides evenly by 8 or by 2."""
    for split, blue, red in (("train", 10, 9), ("val", 5, 4), ("test", 2, 2)):
        draw(tmp_path / "data" / split, "blue", count=blue)
        draw(tmp_path / "data" / split, "red", count=red)
    return tmp_path / "data"


@pytest.fixture
def start(tmp_path: Path, data: Path) -> Iterator[Start]:
    """start("name", "--option", ..., backend="jax", cpus=2): `edgesmith train` in a process, RUN `tmp_path/name`.

    `tmp_path/name.npz` gets the trained weights, on hosts that write no RUN too.
    """
    (tmp_path / "network.py").write_text(NETWORK)
    started = []

    def run(
        name: str, *options: str, output: str | None = None, backend: str = "", cpus: int = 1
    ) -> subprocess.Popen[str]:
        command = [
            *(sys.executable, str(WORKER), str(tmp_path / f"{name}.npz"), str(cpus), "train", str(data)),
            *("-o", str(tmp_path / (output or name)), "--batch-size", "8", "--device", "cpu"),
            *("--model", f"{tmp_path / 'network.py'}:build", "--recipe", "scratch", "--image-size", "32"),
            *options,
        ]
        environment = {**os.environ, "EDGESMITH_CACHE": str(tmp_path / "cache"), "KERAS_BACKEND": backend}
        if not backend:
            del environment["KERAS_BACKEND"]
        process = subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
