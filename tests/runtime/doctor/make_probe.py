"""Writes `probe.tflite` and `probe.onnx`, the test models of `edgesmith doctor`.

    .venv/bin/python tests/runtime/doctor/make_probe.py runtime/edgesmith/runtime/doctor

A random network of the layers that count on a device (convolution, depthwise and pointwise convolution, dense,
softmax), in int8, so that the machine's int8 kernels are what is tested. Its answers are the golden ones.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
from PIL import Image

SIDE = 32


def write_network(file: Path) -> None:
    """A `.keras` with random weights that give distinct answers."""
    keras.utils.set_random_seed(4)
    scale = keras.initializers.VarianceScaling(6.0)
    network = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Rescaling(1 / 127.5, offset=-1.0),
            keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", kernel_initializer=scale),
            keras.layers.DepthwiseConv2D(3, padding="same", activation="relu6", depthwise_initializer=scale),
            keras.layers.Conv2D(16, 1, activation="relu", kernel_initializer=scale),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(4, activation="softmax", kernel_initializer=scale),
        ]
    )
    network.save(file)


def write_pictures(folder: Path) -> None:
    """Noise at several scales, to calibrate with."""
    generator = np.random.default_rng(0)
    folder.mkdir()
    for number in range(24):
        cells = 2 ** (1 + number % 5)
        noise = generator.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.NEAREST).save(folder / f"{number}.png")


def main() -> None:
    """Convert with the command line, and keep the two int8 files."""
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_network(folder / "probe.keras")
        write_pictures(folder / "pictures")
        (folder / "labels.txt").write_text("north\neast\nsouth\nwest\n")
        command = [
            sys.executable,
            "-m",
            "edgesmith",
            "convert",
            f"{folder}/probe.keras",
            "-o",
            f"{folder}/deploy",
        ]
        options = [
            "--precision",
            "int8",
            "--calibration",
            f"{folder}/pictures",
            "--labels",
            f"{folder}/labels.txt",
        ]
        subprocess.run([*command, *options], check=True)
        for suffix in ("tflite", "onnx"):
            (target / f"probe.{suffix}").write_bytes(
                (folder / "deploy" / f"probe-int8.{suffix}").read_bytes()
            )


if __name__ == "__main__":
    main()
