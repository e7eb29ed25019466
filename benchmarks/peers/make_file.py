"""One peer's model file of a RUN, made as that tool's own guide shows it.

    python benchmarks/peers/make_file.py tfliteconverter --run RUN -o peer.tflite
    python benchmarks/peers/make_file.py quantize_static --run RUN --of float32.onnx -o peer.onnx

In a process of its own, so that a tool that is missing or fails takes nothing else with it. Batch 1 and raw pixels
0..255 everywhere: the normalisation is a layer of the trained model.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.images import load
from edgesmith.runtime.runrecord import MODEL_FILE, RunRecord
from peers.contenders import Maker
from peers.tf2onnx_speed import convert_with_tf2onnx, quantize_with_onnxruntime

_CALIBRATION_IMAGES = 100  # as many as `edgesmith convert` draws


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to make it of. `source`: a model file; None for the RUN's Keras model."""

    run: Path
    source: Path | None

    def calibration(self) -> list[NDArray[np.uint8]]:
        """Training images, evenly drawn: uint8 [1, height, width, channels]."""
        record = RunRecord.load(self.run)
        files = record.images("train").files
        return [load(file, record.input) for file in files[:: max(1, len(files) // _CALIBRATION_IMAGES)]]

    def model_file(self) -> Path:
        """`source`. Raises `SystemExit` without one."""
        if self.source is None:
            raise SystemExit("--of MODEL is needed: the file to make it of")
        return self.source


def main() -> int:
    """Make it; what a tool prints goes to stderr, what it raises ends the process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("maker", choices=get_args(Maker))
    parser.add_argument("--run", type=Path, required=True, help="a folder of `edgesmith train`")
    parser.add_argument("--of", type=Path, metavar="MODEL", help="for quantize_static and tf2onnx")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    output: Path = arguments.output
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / output.name
        _MAKERS[arguments.maker](Order(run=arguments.run, source=arguments.of), made)
        write_bytes(output, made.read_bytes())
    return 0


def keras_export(order: Order, file: Path) -> None:
    """Keras' guide to export, for the format of the file's suffix."""
    model, signature = _trained(order)
    form = "litert" if file.suffix == ".tflite" else "onnx"
    model.export(file, format=form, input_signature=signature, verbose=False)


def tfliteconverter(order: Order, file: Path) -> None:
    """TensorFlow's guide to post-training integer quantization: integer only, uint8 in and out."""
    import tensorflow as tf

    model, signature = _trained(order)
    saved = file.parent / "saved"
    model.export(saved, format="tf_saved_model", input_signature=signature, verbose=False)
    images = order.calibration()

    def representative_dataset() -> Iterator[list[NDArray[np.float32]]]:
        for image in images:
            yield [image.astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative_dataset
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    file.write_bytes(converter.convert())
    _require_raw_pixels(file)


def quantize_static(order: Order, file: Path) -> None:
    """As `tf2onnx_speed.py` calls it."""
    quantize_with_onnxruntime(order.model_file(), file, calibration=order.calibration())


def tf2onnx(order: Order, file: Path) -> None:
    """As `tf2onnx_speed.py` calls it."""
    convert_with_tf2onnx(order.model_file(), file)


_MAKERS: dict[str, Callable[[Order, Path], None]] = {
    "keras_tflite": keras_export,
    "keras_onnx": keras_export,
    "tfliteconverter": tfliteconverter,
    "quantize_static": quantize_static,
    "tf2onnx": tf2onnx,
}


def _trained(order: Order) -> tuple[Any, list[Any]]:
    import keras

    model = keras.saving.load_model(order.run / MODEL_FILE, compile=False)
    return model, [
        keras.InputSpec(shape=RunRecord.load(order.run).input.shape, dtype="float32", name="image")
    ]


def _require_raw_pixels(file: Path) -> None:
    """Its calibration must have met black and white, or a pixel were not its own code, as all measure it here."""
    from ai_edge_litert.interpreter import Interpreter

    scale, zero_point = Interpreter(model_path=str(file)).get_input_details()[0]["quantization"]
    if (scale, zero_point) != (1.0, 0):
        raise SystemExit(f"its input has scale {scale} and zero point {zero_point}; raw pixels need 1 and 0")


if __name__ == "__main__":
    sys.exit(main())
