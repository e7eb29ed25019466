"""Write one generation of every file that outlives the version that wrote it, for tests/formats/old/.

    python tests/formats/write_generation.py tests/formats/old/2

The folder's name is the next number. Run it at each release that changed a format, on the released code, and commit
what it wrote; never change a folder that is there. A tiny network learns noisy colours and passes train, convert and bench; the
instruction counts are made up, since counting needs an emulated board.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE = 16
COLOURS = {"blue": (30, 30, 200), "green": (30, 200, 30), "red": (200, 30, 30)}
PICTURES = {"train": 8, "val": 2, "test": 3}


def build(input_shape: tuple[int, int, int], classes: int) -> Any:
    """The network of `--model FILE:build`."""
    import keras
    from keras import layers

    image = keras.Input(input_shape)
    tensor = layers.Rescaling(1 / 255)(image)
    tensor = layers.Conv2D(4, 3, strides=2, activation="relu")(tensor)
    tensor = layers.GlobalAveragePooling2D()(tensor)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(tensor))


def draw(folder: Path) -> Path:
    """DATA/{train,val,test}/{blue,green,red}: noisy pictures whose class is their colour."""
    generator = np.random.default_rng(0)
    for split, count in PICTURES.items():
        for label, colour in COLOURS.items():
            (folder / split / label).mkdir(parents=True)
            for number in range(count):
                noise = generator.normal(0, 20, (SIDE, SIDE, 3))
                pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / split / label / f"{number}.png")
    return folder


def write_counts(file: Path) -> None:
    """A made-up counts.json through the product's own types."""
    from edgesmith.benchmarks.devices.emulated import counts
    from edgesmith.benchmarks.results import DataFacts

    regions = tuple(
        counts.Instructions(
            load=90_000 + extra, store=20_000, branch=9_000, simd_float=40_000, dot_product=0, integer=70_000, other=0
        )
        for extra in (0, 3, 7)
    )  # fmt: skip
    counts.CountsResult(
        board=counts.BoardFacts(name="pi4", model="Raspberry Pi 4 Model B Rev 1.4", cpu="cortex-a72"),
        emulator=counts.EmulatorFacts(version="7.2.22", plugin_api=1),
        system=counts.SystemFacts(
            name="bookworm-arm64", os="Debian GNU/Linux 12 (bookworm)", python="CPython 3.11.2"
        ),
        data=DataFacts(name="photos", sha256="1" * 64, images=9, labelled=True),
        images=3,
        warnings=(),
        runs=(
            counts.CountedRun(
                file="run-int8.tflite",
                name="run",
                sha256="0" * 64,
                bytes=4_000,
                precision="int8",
                engine="ai-edge-litert 2.3.0",
                packages={"numpy": "2.4.6"},
                instructions=counts.typical(regions),
                regions=regions,
            ),
        ),
    ).save(file)


def write_generation(folder: Path) -> None:
    """run.json, DEPLOY, bench.json, counts.json and bundle.json, in `folder`."""
    import shutil
    import zipfile

    from edgesmith.benchmarks import BenchmarkPlan, bench
    from edgesmith.cli import main

    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        data, run, deploy = draw(Path(work) / "photos"), Path(work) / "run", folder / "deploy"
        network = f"{shutil.copy(__file__, Path(work) / 'network.py')}:build"  # its path gets into run.json
        options = ["--model", network, "--image-size", str(SIDE), "--recipe", "scratch", "--epochs", "20"]
        assert main(["train", str(data), "-o", str(run), *options]) == 0
        assert main(["convert", str(run), "-o", str(deploy), "--max-drop", "100"]) == 0
        models = tuple(sorted(deploy.glob("*-int8.*")))
        bench(
            BenchmarkPlan(
                models=models,
                data=run,
                output=Path(work) / "bench",
                samples=5,
                seconds=0,
                warmup_inferences=2,
                warmup_seconds=0,
                cold_starts=1,
            )
        )
        assert main(["bundle", str(models[-1]), "-o", f"{work}/edge.pyz"]) == 0
        with zipfile.ZipFile(f"{work}/edge.pyz") as bundle:
            bundle.extract("bundle.json", folder)
        shutil.copy(run / "run.json", folder)
        shutil.copy(Path(work) / "bench" / "bench.json", folder)
    for page in (*deploy.glob("*.html"), *deploy.glob("*.md")):
        page.unlink()
    write_counts(folder / "counts.json")


if __name__ == "__main__":
    write_generation(Path(sys.argv[1]))
