"""Our int8 ONNX against tf2onnx's own, of the same int8 TFLite file: speed and identity in ONNX Runtime.

    python benchmarks/peers/tf2onnx_speed.py DEPLOY/model-int8.tflite DEPLOY/model-int8.onnx --images FOLDER

With `--float32 DEPLOY/model-float32.onnx --calibration FOLDER` also against what onnxruntime's own
`quantize_static` makes of the same network: uint8 activations, int8 weights by channel.

One thread, all sessions alive, blocks of ten inferences in turn, so that drift hits all alike. Prints one
JSON document: medians in milliseconds, of wall time and of the thread's processor time (which other
processes disturb less), the ratios, and on how many images each file's output equals that of the TFLite
file in LiteRT.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import Engine, open_engine
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import InputSpec

_BLOCK = 10
_BLOCKS = 30
_IDENTITY_IMAGES = 200
_CALIBRATION_IMAGES = 100


def main() -> int:
    """Measure and print."""
    arguments = _parser().parse_args()
    spec = read_spec(arguments.tflite).input
    pixels = [load(file, spec) for file in list_images(arguments.images)[:_IDENTITY_IMAGES]]
    with tempfile.TemporaryDirectory() as folder:
        files = {"tf2onnx": Path(folder) / "tf2onnx.onnx"}
        convert_with_tf2onnx(arguments.tflite, files["tf2onnx"])
        if arguments.float32 is not None:
            files["quantize_static"] = Path(folder) / "quantize_static.onnx"
            quantize_with_onnxruntime(
                arguments.float32, files["quantize_static"], calibration=_calibration(arguments, spec)
            )
        files |= {"litert": arguments.tflite, "edgesmith": arguments.onnx}
        engines = {name: open_engine(file, threads=1) for name, file in files.items()}
    print(json.dumps(measure(engines, pixels), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tflite", type=Path, help="the int8 .tflite that edgesmith wrote")
    parser.add_argument("onnx", type=Path, help="the int8 .onnx that edgesmith wrote")
    parser.add_argument("--images", type=Path, required=True, help="a folder of photos")
    parser.add_argument("--float32", type=Path, help="the float32 .onnx that edgesmith wrote")
    parser.add_argument("--calibration", type=Path, help="a folder of photos for quantize_static")
    return parser


def _calibration(arguments: argparse.Namespace, spec: InputSpec) -> list[NDArray[np.uint8]]:
    if arguments.calibration is None:
        raise SystemExit("--float32 needs --calibration FOLDER")
    files = list_images(arguments.calibration)
    return [load(file, spec) for file in files[:: max(1, len(files) // _CALIBRATION_IMAGES)]]


def convert_with_tf2onnx(tflite: Path, onnx: Path) -> None:
    """Run tf2onnx's own command line, as its documentation shows it."""
    command = [sys.executable, "-m", "tf2onnx.convert", "--tflite", str(tflite), "--output", str(onnx)]
    subprocess.run([*command, "--opset", "17"], check=True, capture_output=True)  # noqa: S603 - fixed words


def quantize_with_onnxruntime(float32: Path, onnx: Path, *, calibration: list[NDArray[np.uint8]]) -> None:
    """QDQ, uint8 activations and int8 weights by channel: what its documentation advises for x86-64 with VNNI."""
    from onnxruntime.quantization import QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = onnx.with_suffix(".prepared.onnx")
    quant_pre_process(float32, prepared)
    reader = _Reader(prepared, calibration)
    quantize_static(
        prepared,
        onnx,
        reader,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )


class _Reader:
    """Feeds the calibration images one by one, as `CalibrationDataReader` has it."""

    def __init__(self, model: Path, images: list[NDArray[np.uint8]]) -> None:
        import onnx

        name = onnx.load(model).graph.input[0].name
        self._feeds = iter([{name: image.astype(np.float32)} for image in images])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next image; None at the end."""
        return next(self._feeds, None)


def measure(engines: dict[str, Engine], pixels: list[NDArray[np.uint8]]) -> dict[str, Any]:
    """Identity on all pixels, then interleaved timing."""
    inputs = {
        name: [picture.astype(engine.input_dtype) for picture in pixels] for name, engine in engines.items()
    }
    outputs = {name: [engine.run(picture) for picture in inputs[name]] for name, engine in engines.items()}
    wall: dict[str, list[float]] = {name: [] for name in engines}
    processor: dict[str, list[float]] = {name: [] for name in engines}
    for block in range(_BLOCKS):
        for name, engine in engines.items():
            for number in range(_BLOCK):
                picture = inputs[name][(block * _BLOCK + number) % len(pixels)]
                started, used = time.perf_counter(), time.thread_time()
                engine.run(picture)
                wall[name].append(1000 * (time.perf_counter() - started))
                processor[name].append(1000 * (time.thread_time() - used))
    medians = {name: median(values) for name, values in wall.items()}
    processor_medians = {name: median(values) for name, values in processor.items()}
    peers = [name for name in engines if name in ("tf2onnx", "quantize_static")]
    return {
        "engines": {name: engine.name for name, engine in engines.items()},
        "median_ms": medians,
        "median_processor_ms": processor_medians,
        **{f"times_as_fast_as_{peer}": medians[peer] / medians["edgesmith"] for peer in peers},
        **{
            f"processor_times_as_fast_as_{peer}": processor_medians[peer] / processor_medians["edgesmith"]
            for peer in peers
        },
        "images": len(pixels),
        "identical_to_litert": {
            name: sum(np.array_equal(a, b) for a, b in zip(outputs["litert"], outputs[name], strict=True))
            for name in ("edgesmith", "tf2onnx")
        },
    }


if __name__ == "__main__":
    sys.exit(main())
