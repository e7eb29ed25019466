"""A bundle as a device runs it: numpy, Pillow and the engines are there, edgesmith is not."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.bundle import start
from edgesmith.runtime.bundle.manifest import BundledModel
from edgesmith.runtime.bundle.write import write_bundle

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def run(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a bundle of both formats with these words."""
    folder = tmp_path_factory.mktemp("device")
    write_bundle([models["float onnx"], models["float tflite"]], folder / "edge.pyz")
    # -S: the links of editable installs, which are `.pth` files, are not followed.
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib"), "TMPDIR": str(folder)}

    def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-S", "edge.pyz", *map(str, words)]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_edgesmith_is_not_there_otherwise() -> None:
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    command = [sys.executable, "-S", "-c", "import numpy, PIL, onnxruntime\nimport edgesmith.runtime"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "No module named 'edgesmith" in done.stderr


@pytest.mark.parametrize("words", [(), ("predict",)], ids=["without a command", "by name"])
def test_a_photo(
    words: tuple[str, ...], run: Run, photo: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    done = run(*words, photo(tmp_path / "sky.png", "blue"), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["results"][0]["top"][0]["label"] == "blue"
    assert document["engine"].startswith("ai-edge-litert")


def test_the_engine_chooses_the_file(run: Run, photo: Callable[[Path, str], Path], tmp_path: Path) -> None:
    done = run("--engine", "onnxruntime", photo(tmp_path / "sky.png", "blue"), "--json")
    assert json.loads(done.stdout)["engine"].startswith("onnxruntime")


@pytest.mark.parametrize("options", [(), ("--isolated",)], ids=["here", "isolated"])
def test_verify(options: tuple[str, ...], run: Run) -> None:
    done = run("verify", "--json", *options)
    assert done.returncode == 0, done.stderr
    assert [result["outcome"] for result in json.loads(done.stdout)["results"]] == ["identical"] * 2


def test_doctor(run: Run) -> None:
    done = run("doctor", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    topics = {finding["topic"]: finding["status"] for finding in document["findings"]}
    assert (topics["ai-edge-litert"], topics["onnxruntime"]) == ("ok", "ok")


def test_a_photo_that_is_not_there(run: Run) -> None:
    done = run("gone.jpg")
    assert (done.returncode, done.stdout) == (1, "")
    assert "gone.jpg: no such file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [(), ("--help",)], ids=["nothing", "--help"])
def test_help_names_the_models(words: tuple[str, ...], run: Run) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert "usage: edge.pyz IMAGE..." in done.stdout
    assert "colours-float32.onnx" in done.stdout
    assert "train" not in done.stdout


def test_help_of_a_command_and_version(run: Run) -> None:
    assert "--isolated" in run("verify", "--help").stdout
    assert run("--version").stdout.startswith("colours, edgesmith ")


TFLITE = BundledModel(file="a.tflite", format="tflite", precision="int8", bytes=1, sha256="0")
ONNX = BundledModel(file="a.onnx", format="onnx", precision="int8", bytes=1, sha256="1")


@pytest.mark.parametrize(
    ("installed", "asked", "expected"),
    [
        ({"ai-edge-litert", "onnxruntime"}, None, [TFLITE, ONNX]),
        ({"onnxruntime", "tflite-runtime"}, None, [ONNX, TFLITE]),
        ({"tflite-runtime"}, None, [TFLITE]),
        ({"ai-edge-litert", "onnxruntime"}, "onnxruntime", [ONNX]),
        (set(), None, [ONNX, TFLITE]),
    ],
    ids=["LiteRT before ONNX Runtime", "ONNX Runtime before tflite-runtime", "one", "asked for", "none"],
)
def test_the_fastest_engine_here_comes_first(
    installed: set[str], asked: str | None, expected: list[BundledModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = {"tflite": ["ai-edge-litert", "tflite-runtime"], "onnx": ["onnxruntime"]}
    monkeypatch.setattr(
        start,
        "available_engines",
        lambda kind: [name for name in engines[kind] if name in installed],
    )
    assert start._runnable((ONNX, TFLITE), asked) == expected


def test_without_numpy(models: dict[str, Path], tmp_path: Path) -> None:
    write_bundle([models["float onnx"]], tmp_path / "edge.pyz")
    command = [sys.executable, "-S", "edge.pyz", "sky.png"]  # -S: without site-packages
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "edgesmith predict: the package 'numpy' is not installed\n  tip: pip install 'numpy>=1.24'\n",
    )


@pytest.mark.parametrize(
    "name",
    ["edgesmith/cli/dispatch.py", "edgesmith/runtime/scores.py", "edgesmith/runtime/spec.py", "bundle.json"],
)
def test_a_flipped_byte_in_the_code(name: str, models: dict[str, Path], tmp_path: Path) -> None:
    bundle = tmp_path / "edge.pyz"
    write_bundle([models["float onnx"]], bundle)
    with zipfile.ZipFile(bundle) as archive:
        content = archive.read(name)
    data = bytearray(bundle.read_bytes())
    data[data.index(content) + len(content) // 2] ^= 1
    bundle.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "edge.pyz", "sky.png"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        1,
        f"{bundle}: the bundle is damaged: Bad CRC-32 for file {name!r}\n"
        "  tip: copy it again, or make it again\n",
    )


def test_an_older_python(models: dict[str, Path], tmp_path: Path) -> None:
    write_bundle([models["float onnx"]], tmp_path / "edge.pyz")
    older = "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0); runpy.run_path('edge.pyz')"
    done = subprocess.run(
        [sys.executable, "-c", older], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        1,
        "edgesmith needs Python 3.11 or newer, and this is 3.9\n",
    )
