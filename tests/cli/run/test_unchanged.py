"""The bar of a second run with nothing changed: 2 seconds, nothing executed, for 10,000 images too."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.run.conftest import FakeParts

HEAVY = {"tensorflow", "keras", "onnx", "jax", "matplotlib", "rich", "scipy", "onnxruntime", "ai_edge_litert"}


def test_nothing_heavy_is_imported(run: Callable[..., Any], parts: FakeParts) -> None:
    run()
    code = (
        "import sys; from edgesmith.cli import main; main(['run']);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(finished.stderr.splitlines()[-1].split())
    assert "none run" in finished.stdout


@pytest.mark.slow
def test_ten_thousand_images_take_two_seconds(run: Callable[..., Any], project: Path) -> None:
    for index in range(10_000):
        (project / "photos" / "cat" / f"many-{index:05}.jpg").write_text(f"{index:05} " * 1000)
    run()
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        finished = subprocess.run(
            [sys.executable, "-m", "edgesmith", "run", "--json"], capture_output=True, check=True
        )
        seconds.append(time.perf_counter() - started)
        assert {stage["standing"] for stage in json.loads(finished.stdout)["stages"]} == {"unchanged"}
    assert sorted(seconds)[1] <= 2, seconds
