"""Every engine on every board, with the wheels that pip would install there. `make test-arm64` runs these."""

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.arm64.bed import emulated

from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.emulated_pi import EmulatedPi
from edgesmith.cli import main
from edgesmith.runtime import Classifier
from edgesmith.runtime.engines import open_engine

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
RUNTIME = PROJECT / "runtime"
RECORD = Path(__file__).with_name("record_outputs.py")
SUFFIX = {"litert": "tflite", "tflite": "tflite", "onnx": "onnx"}
DEVICES = [
    *((board, "bookworm-arm64", extra) for extra in ("litert", "onnx", "tflite") for board in ("pi3", "pi4", "pi5")),
    ("pi5", "trixie-arm64", "litert"),
    ("pi5", "trixie-arm64", "onnx"),
    ("pi2", "bookworm-armhf", "tflite"),
]  # fmt: skip
# SDOT V0.4S, V0.16B, V0.16B and RET (Arm Architecture Reference Manual, C7.2), run from a page of its own.
DOT_PRODUCT = """
import ctypes, mmap, struct
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(struct.pack("<2I", 0x4E809400, 0xD65F03C0))
ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print("done")
"""


@pytest.fixture(scope="module", params=DEVICES, ids="-".join)
def device(request: pytest.FixtureRequest, bed: Bed) -> tuple[EmulatedPi, str]:
    """A Pi, and the suffix of the files that its engine runs."""
    board, system, extra = request.param
    return emulated(bed, board, system, extra), SUFFIX[extra]


def _edgesmith(pi: EmulatedPi, *words: str | Path) -> dict[str, Any]:
    result = pi.run("-m", "edgesmith", *words, "--json", modules=RUNTIME)
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_verify_finds_the_golden_answers(device: tuple[EmulatedPi, str], deploy: Path) -> None:
    pi, suffix = device
    files = sorted(deploy.glob(f"*.{suffix}"))
    verdicts = _edgesmith(pi, "verify", *files)["results"]
    assert [verdict["top1_equal"] for verdict in verdicts] == [4] * len(files)
    # tflite-runtime has no XNNPACK kernels for int8; its outputs may be further away.
    fine = {"identical", "within"} | (
        {"other kernels"} if "tflite-runtime" in verdicts[0]["engine"] else set()
    )
    assert {verdict["outcome"] for verdict in verdicts} <= fine


def test_predict_gives_the_answers_of_this_machine(
    device: tuple[EmulatedPi, str], deploy: Path, photos: Path
) -> None:
    pi, suffix = device
    files = sorted(photos.iterdir())[4:12]  # JPEG and PNG
    with Classifier(deploy / f"colours-float32.{suffix}") as classify:
        wanted = {str(file): classify(file).top(1)[0] for file in files}
    document = _edgesmith(pi, "predict", deploy / f"colours-float32.{suffix}", *files)
    for result in document["results"]:
        assert result["top"][0]["label"] == wanted[result["file"]].label
        assert result["top"][0]["score"] == pytest.approx(wanted[result["file"]].score, abs=1e-5)


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_int8_is_the_same_on_every_board_and_at_most_a_step_from_x86(
    suffix: str, bed: Bed, deploy: Path, pictures: NDArray[np.uint8], tmp_path: Path
) -> None:
    model, extra = deploy / f"colours-int8.{suffix}", {"tflite": "litert", "onnx": "onnx"}[suffix]
    np.save(tmp_path / "pictures.npy", pictures)
    engine = open_engine(model, threads=1)
    here = np.stack([engine.run(picture[None]) for picture in pictures]).astype(int)
    there = []
    for board in ("pi3", "pi4", "pi5"):
        pi = emulated(bed, board, "bookworm-arm64", extra)
        result = pi.run(RECORD, model, tmp_path / "pictures.npy", tmp_path / board, modules=RUNTIME)
        assert result.returncode == 0, result.stderr
        there.append((tmp_path / board).read_bytes())
    assert there[0] == there[1] == there[2]
    rows = np.frombuffer(there[0], np.uint8).reshape(here.shape).astype(int)
    assert abs(rows - here).max() <= 1


@pytest.mark.parametrize(
    "asked",
    [
        ("pi4", "bookworm-arm64", "litert"),
        ("pi5", "trixie-arm64", "onnx"),
        ("pi2", "bookworm-armhf", "tflite"),
    ],
    ids=["pi4", "pi5-trixie", "pi2-armhf"],
)
def test_a_bundle_needs_no_edgesmith_on_the_device(
    asked: tuple[str, str, str], bed: Bed, deploy: Path, photos: Path, tmp_path: Path
) -> None:
    assert main(["bundle", str(deploy), "-o", str(tmp_path / "edge.pyz")]) == 0
    pi, photo = emulated(bed, *asked), photos / "05.jpg"
    with Classifier(deploy / f"colours-int8.{SUFFIX[asked[-1]]}") as classify:
        wanted = classify(photo).top(1)[0]
    verified = pi.run(tmp_path / "edge.pyz", "verify")
    assert verified.returncode == 0, verified.stderr
    answered = pi.run(tmp_path / "edge.pyz", photo)
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.startswith(f"{photo}: {wanted.label} ")


def test_verify_isolates_itself_on_a_pi_too(bed: Bed, deploy: Path) -> None:
    files = sorted(deploy.glob("*.tflite"))
    pi = emulated(bed, "pi4", "bookworm-arm64", "litert")
    verdicts = _edgesmith(pi, "verify", "--isolated", *files)["results"]
    assert {verdict["outcome"] for verdict in verdicts} <= {"identical", "within"}


def test_doctor_sees_the_board_and_finds_it_fit(bed: Bed) -> None:
    result = emulated(bed, "pi5", "trixie-arm64", "litert").run("-m", "edgesmith", "doctor", modules=RUNTIME)
    assert result.returncode == 0, result.stdout
    assert "Cortex-A76 (aarch64), Raspberry Pi 5 Model B Rev 1.0" in result.stdout


@pytest.mark.parametrize(
    ("board", "ending"), [("pi4", (-signal.SIGILL, "")), ("pi5", (0, "done\n"))], ids=["pi4", "pi5"]
)
def test_an_instruction_that_the_board_lacks_ends_the_program(
    board: str, ending: tuple[int, str], bed: Bed
) -> None:
    result = emulated(bed, board, "bookworm-arm64", "litert").run("-c", DOT_PRODUCT)
    assert (result.returncode, result.stdout) == ending


def test_processes_that_a_program_starts_are_emulated_too(bed: Bed) -> None:
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    inner = "import platform, numpy; print(platform.machine(), open('/proc/device-tree/model').read())"
    result = emulated(bed, "pi3", "bookworm-arm64", "litert").run("-c", nested, inner)
    assert result.stdout == "aarch64 Raspberry Pi 3 Model B Rev 1.2\0\n", result.stderr


@pytest.mark.parametrize(
    ("system", "version", "machine"),
    [("bookworm-arm64", "3.11", "aarch64"), ("trixie-arm64", "3.13", "aarch64"), ("bookworm-armhf", "3.11", "armv7l")],
    ids=["bookworm-arm64", "trixie-arm64", "bookworm-armhf"],
)  # fmt: skip
def test_the_systems_python(system: str, version: str, machine: str, bed: Bed) -> None:
    board, extra = ("pi2", "tflite") if machine == "armv7l" else ("pi5", "litert")
    asked = "import platform, sys; print(sys.version.partition('.')[0], platform.python_version(), platform.machine())"
    result = emulated(bed, board, system, extra).run("-c", asked)
    major, python, found = result.stdout.split()
    assert (major, python.rpartition(".")[0], found) == ("3", version, machine)
