"""Our int8 ONNX against tf2onnx's own, of the same int8 TFLite file: speed and identity in ONNX Runtime.

    python benchmarks/peers/tf2onnx_speed.py DEPLOY/model-int8.tflite DEPLOY/model-int8.onnx --images FOLDER

One thread, both sessions alive, blocks of ten inferences in turn, so that drift hits both alike. Prints one
JSON document: medians in milliseconds, their ratio, and on how many images each file's output equals that
of the TFLite file in LiteRT.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import Engine, open_engine
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.modelfile import read_spec

_BLOCK = 10
_BLOCKS = 30
_IDENTITY_IMAGES = 200


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tflite", type=Path, help="the int8 .tflite that edgesmith wrote")
    parser.add_argument("onnx", type=Path, help="the int8 .onnx that edgesmith wrote")
    parser.add_argument("--images", type=Path, required=True, help="a folder of photos")
    arguments = parser.parse_args()
    spec = read_spec(arguments.tflite).input
    pixels = [load(file, spec) for file in list_images(arguments.images)[:_IDENTITY_IMAGES]]
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "tf2onnx.onnx"
        convert_with_tf2onnx(arguments.tflite, raw)
        engines = {
            "litert": open_engine(arguments.tflite, threads=1),
            "edgesmith": open_engine(arguments.onnx, threads=1),
            "tf2onnx": open_engine(raw, threads=1),
        }
    print(json.dumps(measure(engines, pixels), indent=2))
    return 0


def convert_with_tf2onnx(tflite: Path, onnx: Path) -> None:
    """Run tf2onnx's own command line, as its documentation shows it."""
    command = [sys.executable, "-m", "tf2onnx.convert", "--tflite", str(tflite), "--output", str(onnx)]
    subprocess.run([*command, "--opset", "17"], check=True, capture_output=True)  # noqa: S603 - fixed words


def measure(engines: dict[str, Engine], pixels: list[NDArray[np.uint8]]) -> dict[str, object]:
    """Identity on all pixels, then interleaved timing."""
    outputs = {name: [engine.run(picture) for picture in pixels] for name, engine in engines.items()}
    samples: dict[str, list[float]] = {name: [] for name in engines}
    for block in range(_BLOCKS):
        for name, engine in engines.items():
            for number in range(_BLOCK):
                picture = pixels[(block * _BLOCK + number) % len(pixels)]
                started = time.perf_counter()
                engine.run(picture)
                samples[name].append(1000 * (time.perf_counter() - started))
    medians = {name: median(values) for name, values in samples.items()}
    return {
        "engines": {name: engine.name for name, engine in engines.items()},
        "median_ms": medians,
        "times_as_fast_as_tf2onnx": medians["tf2onnx"] / medians["edgesmith"],
        "images": len(pixels),
        "identical_to_litert": {
            name: sum(np.array_equal(a, b) for a, b in zip(outputs["litert"], outputs[name], strict=True))
            for name in ("edgesmith", "tf2onnx")
        },
    }


if __name__ == "__main__":
    sys.exit(main())
