import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from edgesmith.cli import parts
from edgesmith.runtime.errors import EdgesmithError, SettingError


def test_a_command_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EdgesmithError, match="`edgesmith verify` ended with exit code 1") as caught:
        parts.ask("verify", tmp_path / "gone.onnx")
    assert caught.value.tip == "its message is above"


@pytest.mark.parametrize(
    ("code", "kind", "how"),
    [
        (1, EdgesmithError, "ended with exit code 1"),
        (2, SettingError, "ended with exit code 2"),
        (-9, EdgesmithError, "was ended by SIGKILL"),
    ],
    ids=["an error", "wrong usage", "a kill"],
)
def test_how_it_ended(code: int, kind: type[EdgesmithError], how: str) -> None:
    error = parts.failure("train", code, tip="mend it")
    assert type(error) is kind
    assert error.message == f"`edgesmith train` {how}"
    assert error.tip == "its message is above; mend it"


def test_options_are_those_of_the_part() -> None:
    assert "features" in list(parts.action_of("train", "--recipe").choices or ())
    assert parts.action_of("convert", "--precision").nargs == "+"


def test_work_runs_in_its_folder_and_its_answer_goes_to_the_file(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    with answer.open("wb") as stream, tempfile.TemporaryFile() as held:
        code = parts.work(["verify", "gone.onnx"], folder=tmp_path, answer=stream, held=held.fileno())
    assert code == 1
    assert b"gone.onnx" in answer.read_bytes()


# A parent that starts a command which never ends by itself, in the way of `work`, and tells its number.
PARENT = """
import functools, os, subprocess, sys
from edgesmith.cli.parts import _end_with_parent
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"],
    preexec_fn=functools.partial(_end_with_parent, os.getpid()),
)
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_a_command_ends_with_the_run_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)  # it is there
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _is_running(child)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended, and nobody has asked for its exit code
