import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.arm64.small_mobilenet import LABELS, SIDE, deploy_small_mobilenet, make_pictures, write_photos

from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.imagefolder import LabelledImages, list_images
from edgesmith.runtime.runrecord import DataRecord, RunRecord, record_images
from edgesmith.runtime.spec import InputSpec
from peers.make_file import Order

SCRIPT = Path(__file__).parents[2] / "benchmarks/peers/make_file.py"


def write_run(run: Path, photos: Path) -> RunRecord:
    """A `run.json` whose training images are the photos."""
    files = tuple(list_images(photos))
    classes = tuple(number % len(LABELS) for number in range(len(files)))
    images = record_images(photos, LabelledImages(labels=LABELS, files=files, classes=classes))
    record = RunRecord(
        labels=LABELS,
        input=InputSpec(height=SIDE, width=SIDE, channels=3),
        data=DataRecord(root=str(photos), sha256="0" * 64, train=images, val=(), test=()),
        plan={},
        metrics={},
        environment={},
        seconds={},
    )
    run.mkdir()
    record.save(run)
    return record


def test_calibration_is_drawn_from_the_training_images(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", make_pictures(7))
    write_run(tmp_path / "run", photos)
    drawn = Order(run=tmp_path / "run", source=None).calibration()
    assert len(drawn) == 7
    assert {(image.shape, image.dtype) for image in drawn} == {((1, SIDE, SIDE, 3), np.dtype(np.uint8))}


def test_a_tool_that_works_on_a_file_needs_one(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--of MODEL is needed"):
        Order(run=tmp_path, source=None).model_file()


@pytest.mark.slow
def test_every_tool_makes_a_classifier(tmp_path: Path) -> None:
    pictures = make_pictures()
    pictures[0], pictures[1] = 0, 255  # TensorFlow's converter takes the input's range from what it sees
    photos = write_photos(tmp_path / "photos", pictures)
    deploy = deploy_small_mobilenet(tmp_path, photos)
    run = tmp_path / "run"
    write_run(run, photos)
    shutil.copyfile(tmp_path / "colours.keras", run / "model.keras")
    made = tmp_path / "made"
    _make("keras_tflite", run, made / "keras.tflite")
    _make("keras_onnx", run, made / "keras.onnx")
    _make("tfliteconverter", run, made / "converter.tflite")
    _make("quantize_static", run, made / "static.onnx", of=made / "keras.onnx")
    _make("tf2onnx", run, made / "tf2onnx.onnx", of=deploy / "colours-int8.tflite")
    for file in made.iterdir():
        engine = open_engine(file, threads=1)
        assert (engine.input_shape, engine.output_shape) == ((1, SIDE, SIDE, 3), (1, len(LABELS))), file


def _make(maker: str, run: Path, output: Path, *, of: Path | None = None) -> None:
    words = [maker, "--run", str(run), "-o", str(output), *(["--of", str(of)] if of is not None else [])]
    result = subprocess.run(
        [sys.executable, "-P", str(SCRIPT), *words], check=False, stderr=subprocess.PIPE, text=True
    )
    assert result.returncode == 0, result.stderr
