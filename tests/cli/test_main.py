"""`python -m edgesmith` and the console script, as processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from edgesmith.cli.table import help_text

GONE = """edgesmith verify: 'gone.onnx': no such model file
  tip: `ls` shows what is there; `edgesmith convert` writes model files
"""
UNKNOWN = """edgesmith: no command 'nonsense'
  tip: `edgesmith --help` lists the commands
"""
SCRIPT = Path(sys.executable).with_name("edgesmith")
WAYS = [pytest.param([sys.executable, "-m", "edgesmith"], id="python -m edgesmith")]
if SCRIPT.is_file():
    WAYS.append(pytest.param([str(SCRIPT)], id="edgesmith"))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        pytest.param(["--help"], 0, help_text(), "", id="0"),
        pytest.param(["verify", "gone.onnx"], 1, "", GONE, id="1"),
        pytest.param(["nonsense"], 2, "", UNKNOWN, id="2"),
    ],
)  # fmt: skip
def test_exit_codes(way: list[str], words: list[str], code: int, out: str, err: str, tmp_path: Path) -> None:
    finished = subprocess.run([*way, *words], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (finished.returncode, finished.stdout, finished.stderr) == (code, out, err)


@pytest.mark.parametrize("way", WAYS)
def test_usage_of_a_command(way: list[str]) -> None:
    finished = subprocess.run([*way, "predict"], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "the following arguments are required: MODEL, SOURCE" in finished.stderr
