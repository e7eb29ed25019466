"""What runs on the emulated board, run here: `edgesmith.benchmarks.worker.counting`."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgesmith.benchmarks.worker.counting import COUNTED, DISCARDED, run_marked
from edgesmith.runtime.engines.onnx import OnnxEngine


@pytest.fixture
def collecting() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.usefixtures("collecting")
def test_each_counted_inference_stands_between_two_marks(
    models: tuple[Path, Path], pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    run = OnnxEngine.run

    def remember(self: OnnxEngine, pixels: object) -> object:
        said.append("run")
        return run(self, pixels)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(OnnxEngine, "run", remember)
    monkeypatch.setattr(os, "getppid", lambda: said.append("mark"))
    images = [str(pictures / "red/0.png"), str(pictures / "blue/0.png")]
    guest = run_marked(str(models[0]), "onnxruntime", images)
    assert said == ["run"] * DISCARDED + ["mark", "run", "mark"] * COUNTED * len(images)
    assert guest.engine.startswith("onnxruntime ")
    assert {"numpy", "onnxruntime"} <= set(guest.packages)


@pytest.mark.parametrize("exists", [True, False], ids=["a model", "no model"])
def test_the_answer_is_one_line_of_json(
    exists: bool, models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    model = models[1] if exists else tmp_path / "absent.onnx"
    command = [sys.executable, "-P", "-m", "edgesmith.benchmarks.worker.counting", "onnxruntime", str(model)]
    done = subprocess.run([*command, str(pictures / "red/0.png")], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    if exists:
        assert answer["engine"].startswith("onnxruntime ")
    else:
        assert "absent.onnx" in answer["error"]["message"]
