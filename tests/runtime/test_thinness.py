"""What keeps the runtime fit for small devices: few imports, a fast start, one namespace, one direction."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

import edgesmith

ROOT = Path(__file__).parents[2]
HEAVY = {"tensorflow", "keras", "onnx", "jax", "torch", "cv2", "matplotlib", "pandas", "rich"}


def _imported_by(code: str) -> set[str]:
    """Top-level modules in `sys.modules` after `code`, in a fresh process."""
    listing = (
        "\nimport sys\nprint(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code + listing], capture_output=True, text=True, check=True
    )
    return set(finished.stderr.split())


def test_the_classifier_imports_nothing_heavy() -> None:
    modules = _imported_by("from edgesmith.runtime import Classifier")
    assert {"numpy", "PIL"} <= modules
    assert not HEAVY & modules


def test_the_classifier_imports_no_engine_before_it_has_a_file() -> None:
    modules = _imported_by("from edgesmith.runtime import Classifier")
    assert not {"ai_edge_litert", "tflite_runtime", "onnxruntime"} & modules


@pytest.mark.parametrize("name", ["float onnx", "float tflite"])
def test_nothing_heavy_after_a_prediction_either(name: str, models: dict[str, Path]) -> None:
    code = f"""
import numpy as np
from edgesmith.runtime import Classifier
with Classifier({str(models[name])!r}) as classify:
    classify(np.zeros((9, 9, 3), np.uint8))
"""
    modules = _imported_by(code)
    assert not HEAVY & modules
    assert ("onnxruntime" in modules) is (name == "float onnx")


def test_help_imports_neither_numpy_nor_argparse() -> None:
    modules = _imported_by("from edgesmith.cli import main; main(['--help'])")
    assert "edgesmith" in modules
    assert not (HEAVY | {"numpy", "PIL", "argparse", "json"}) & modules


def test_help_starts_within_25_ms_of_python() -> None:
    script = Path(sys.executable).with_name("edgesmith")
    command = [str(script)] if script.is_file() else [sys.executable, "-m", "edgesmith"]
    # Development machines may forbid bytecode files, which devices have.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def seconds(*words: str) -> float:
        started = time.perf_counter()
        subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started

    bare, full = (sys.executable, "-c", "pass"), (*command, "--help")
    seconds(*bare), seconds(*full)  # fill the caches
    pairs = [(seconds(*bare), seconds(*full)) for _ in range(25)]
    medians = [1000 * statistics.median(column) for column in zip(*pairs, strict=True)]
    assert medians[1] - medians[0] <= 25, f"python {medians[0]:.1f} ms, edgesmith --help {medians[1]:.1f} ms"


def test_the_namespace_has_no_init_and_four_roots() -> None:
    assert edgesmith.__file__ is None
    parts = {Path(entry).relative_to(ROOT).as_posix() for entry in edgesmith.__path__}
    assert parts == {f"{part}/edgesmith" for part in ("runtime", "train", "convert", "benchmarks")}
    assert len(edgesmith.__path__) == 4


def test_imports_go_one_way() -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert linter is not None, "import-linter is in the dev group"
    finished = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "runtime stays thin KEPT" in finished.stdout
    assert "the parts meet in files, not in imports KEPT" in finished.stdout
