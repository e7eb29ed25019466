import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / "examples" / "release_gate.sh"

# Stands in for edgesmith: notes its words, makes what `bench -o` makes, and ends as the environment says.
FAKE = """#!/bin/sh
echo "$*" >> "$CALLS"
if [ "$1" = bench ]; then for last; do :; done; mkdir "$last"; fi
case $1 in verify) exit "$VERIFY" ;; bench) exit "$BENCH" ;; compare) exit "$COMPARE" ;; esac
"""

Run = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "a-int8.tflite").touch()
    (tmp_path / "bin").mkdir()
    return tmp_path


def _gate(folder: Path, *, verify: int = 0, bench: int = 0, compare: int = 0) -> Run:
    program = folder / "bin" / "edgesmith"
    program.write_text(FAKE)
    program.chmod(0o755)
    codes = {"VERIFY": str(verify), "BENCH": str(bench), "COMPARE": str(compare)}
    return subprocess.run(
        ["/bin/sh", GATE, "deploy", "data", "out"],
        cwd=folder,
        env=os.environ
        | codes
        | {"CALLS": str(folder / "calls"), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_model_is_released_without_a_comparison(folder: Path) -> None:
    done = _gate(folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "calls").read_text().splitlines() == [
        "verify deploy/a-int8.tflite",
        "bench deploy --data data --processes 5 -o out-candidate",
    ]
    assert (folder / "out").is_dir()
    assert not (folder / "out-candidate").exists()


def test_a_good_model_takes_the_place_of_the_one_before(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "old").touch()
    assert _gate(folder).returncode == 0
    assert (folder / "calls").read_text().splitlines()[-1] == (
        "compare out out-candidate --max-slowdown 5% --max-drop 0.5"
    )
    assert not (folder / "out" / "old").exists()


@pytest.mark.parametrize(
    ("codes", "code", "said"),
    [
        ({"verify": 3}, 3, "not released: edgesmith verify found it wanting"),
        ({"verify": 1}, 1, "not judged: edgesmith verify"),
        ({"bench": 1}, 1, "not judged: edgesmith bench"),
        ({"compare": 3}, 3, "not released: edgesmith compare found it wanting"),
        ({"compare": 1}, 1, "not judged: edgesmith compare ended with exit code 1"),
    ],
    ids=str,
)
def test_a_gate_that_is_not_met_leaves_the_released_one(
    codes: dict[str, int], code: int, said: str, folder: Path
) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "old").touch()
    done = _gate(folder, **codes)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert (folder / "out" / "old").is_file()


@pytest.mark.slow
def test_with_the_real_commands(folder: Path, model: Path, paint: Callable[..., Path]) -> None:
    program = Path(sys.executable).with_name("edgesmith")
    if not program.is_file():
        pytest.skip("edgesmith is not installed beside this Python")
    (folder / "deploy" / "a-int8.tflite").unlink()
    shutil.copy(model, folder / "deploy")
    paint("data/red", "data/blue")

    def gate() -> Run:
        return subprocess.run(
            ["/bin/sh", GATE, "deploy", "data", "out"],
            cwd=folder,
            env=os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    first = gate()
    assert first.returncode == 0, first.stderr
    assert (folder / "out" / "report.html").is_file()

    second = gate()  # the same model: not slower, unless the machine was busy meanwhile
    assert second.returncode in (0, 1), second.stderr
    assert second.returncode == 0 or "not judged: edgesmith compare" in second.stderr

    damaged = bytearray((folder / "deploy" / model.name).read_bytes())
    damaged[damaged.index(b"colours") + 2] ^= 1
    (folder / "deploy" / model.name).write_bytes(damaged)
    assert gate().returncode != 0
