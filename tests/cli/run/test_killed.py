"""SIGKILL at random moments, and the same command again: always the files of an uninterrupted run."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW_PARTS = Path(__file__).with_name("slowparts.py")
KILLS = Path(__file__).parents[3] / "benchmarks" / "pipeline" / "kills.py"

RUN = [sys.executable, str(SLOW_PARTS), "run", "--json"]
SETTINGS = 'data = "photos"\n[[model]]\nname = "small"\n'

pytestmark = pytest.mark.slow


def models(folder: Path) -> dict[str, bytes]:
    results = folder / "results"
    files = [results / "runs" / "small" / "model.keras", *(results / "deploy" / "small").glob("small-*")]
    return {file.name: file.read_bytes() for file in files}


def begin(folder: Path) -> Path:
    (folder / "photos" / "cat").mkdir(parents=True)
    (folder / "photos" / "cat" / "1.jpg").write_text("one")
    (folder / "edgesmith.toml").write_text(SETTINGS)
    return folder


def test_killed_at_twenty_moments_each_time_from_the_begin(tmp_path: Path) -> None:
    whole, moments = begin(tmp_path / "whole"), random.Random(7)
    started = time.perf_counter()
    subprocess.run(RUN, cwd=whole, stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - started
    killed = 0
    for number in range(20):
        folder = begin(tmp_path / str(number))
        with subprocess.Popen(RUN, cwd=folder, stdout=subprocess.PIPE) as process:
            time.sleep(moments.uniform(0, seconds))
            process.send_signal(signal.SIGKILL)
        killed += process.returncode == -signal.SIGKILL
        _require_the_same(folder, whole)
    assert killed >= 10


def test_killed_again_and_again_until_it_comes_to_its_end(tmp_path: Path) -> None:
    whole, folder = begin(tmp_path / "whole"), begin(tmp_path / "killed")
    started = time.perf_counter()
    subprocess.run(RUN, cwd=whole, stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - started
    moments = random.Random(8)
    for _ in range(20):
        with subprocess.Popen(RUN, cwd=folder, stdout=subprocess.PIPE) as process:
            time.sleep(moments.uniform(0.2, 0.7) * seconds)
            process.send_signal(signal.SIGKILL)
    _require_the_same(folder, whole)


def _require_the_same(folder: Path, whole: Path) -> None:
    subprocess.run(RUN, cwd=folder, stdout=subprocess.PIPE, check=True)
    assert models(folder) == models(whole)
    again = subprocess.run(RUN, cwd=folder, stdout=subprocess.PIPE, check=True)
    document = json.loads(again.stdout)
    assert {stage["standing"] for stage in document["stages"]} == {"unchanged"}
    assert list((folder / "results" / ".edgesmith" / "work").iterdir()) == []
    assert not [path for path in folder.rglob("*") if ".partial-" in path.name or path.name.endswith(".new")]


def test_the_real_parts_killed_three_times(tmp_path: Path) -> None:
    """20 times: `python benchmarks/pipeline/kills.py -o FOLDER`."""
    command = [sys.executable, str(KILLS), "-o", str(tmp_path), "--kills", "3", "--seed", "1"]
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found = json.loads(finished.stdout)

    assert found["kills"] == 3
    assert found["differing"] == []
    assert (found["same_files"], found["valid_results"]) == (3, 3)
