"""int8 on emulated Pis against this machine, on a real network and real photos; minutes long.

The outputs are kept in pytest's cache folder: a run that was stopped goes on where it was. The measured results are
in docs/devices.md.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.arm64.bed import emulated

from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.cli import main
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.images import load
from edgesmith.runtime.modelfile import read_spec

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

PROJECT = Path(__file__).parents[2]
DATA = PROJECT.parent / "shared/data"
RUNTIME = PROJECT / "runtime"
RECORD = Path(__file__).with_name("record_outputs.py")
BOARDS = ("pi3", "pi4", "pi5")
EXTRA = {"tflite": "litert", "onnx": "onnx"}


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DEPLOY of MobileNetV1 0.25 with its 1,000 ImageNet classes, int8, calibrated on 100 photos of flowers."""
    if not DATA.is_dir():
        pytest.skip(f"no {DATA}")
    folder = tmp_path_factory.mktemp("mobilenet")
    photos = folder / "calibration"
    photos.mkdir()
    for number, photo in enumerate(list_images(DATA / "flowers5/train")[::23][:100]):
        (photos / f"{number}.jpg").symlink_to(photo)
    (folder / "labels.txt").write_text("\n".join(f"class {number}" for number in range(1000)))
    network = DATA / "models/keras_imagenet/mobilenet_v1_0.25_224_imagenet_top.h5"
    words = ["convert", network, "-o", folder / "deploy", "--labels", folder / "labels.txt"]
    words += ["--mean", 127.5, "--std", 127.5, "--calibration", photos, "--precision", "int8"]
    assert main([str(word) for word in words]) == 0
    return folder / "deploy"


def _pictures(model: Path, count: int) -> NDArray[np.uint8]:
    spec = read_spec(model).input
    photos = list_images(DATA / "flowers5/test")
    return np.concatenate([load(photo, spec) for photo in photos[:: len(photos) // count][:count]])


def _outputs(model: Path, pictures: NDArray[np.uint8], bed: Bed) -> tuple[NDArray[np.int64], list[bytes]]:
    """Rows of this machine, and the raw rows of each of `BOARDS`."""
    engine = open_engine(model, threads=1)
    here = np.stack([engine.run(picture[None]) for picture in pictures]).astype(np.int64)
    key = sha256(model.read_bytes() + pictures.tobytes()).hexdigest()[:16]
    folder = bed.folder / "outputs"
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{key}.npy", pictures)
    there = []
    for board in BOARDS:
        pi = emulated(bed, board, "bookworm-arm64", EXTRA[model.suffix[1:]])
        output = folder / f"{key}-{board}"
        result = pi.run(RECORD, model, folder / f"{key}.npy", output, modules=RUNTIME, timeout=3600)
        assert result.returncode == 0, result.stderr
        there.append(output.read_bytes())
    return here, there


def _rows(raw: bytes, like: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.frombuffer(raw, np.uint8).reshape(like.shape).astype(np.int64)


def test_litert_on_a_pi_is_at_most_a_step_from_x86_on_200_photos(mobilenet: Path, bed: Bed) -> None:
    model = next(mobilenet.glob("*-int8.tflite"))
    here, there = _outputs(model, _pictures(model, 200), bed)
    assert there[0] == there[1] == there[2]
    rows = _rows(there[0], here)
    assert abs(rows - here).max() <= 1
    assert (rows.argmax(1) == here.argmax(1)).sum() == 200


def test_onnx_and_tflite_on_a_pi_differ_by_at_most_a_step_of_softmax_on_30_photos(
    mobilenet: Path, bed: Bed
) -> None:
    tflite, onnx = (next(mobilenet.glob(f"*-int8.{suffix}")) for suffix in ("tflite", "onnx"))
    pictures = _pictures(tflite, 30)
    here, of_tflite = _outputs(tflite, pictures, bed)
    _, of_onnx = _outputs(onnx, pictures, bed)
    for first, second in zip(of_tflite, of_onnx, strict=True):
        assert abs(_rows(first, here) - _rows(second, here)).max() <= 1
