import os
import signal
import subprocess
import sys
import time

import pytest

from edgesmith.runtime.nativelog import without_chatter


def _say(text: str) -> None:
    """As a C++ library does, past sys.stderr."""
    os.write(2, text.encode())


@pytest.mark.parametrize(
    "line",
    [
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "2026-01-01 I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see",
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "E0000 cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error",
    ],
)
def test_chatter_is_dropped_and_the_rest_stays(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    with without_chatter():
        _say(f"first\n{line}\nERROR: a real one\nlast without a newline")
    assert capfd.readouterr().err == "first\nERROR: a real one\nlast without a newline"


def test_all_is_said_after_an_exception_too(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with without_chatter():
            _say("the reason\n")
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    _say("afterwards\n")
    assert capfd.readouterr().err == "the reason\nafterwards\n"


def test_no_descriptor_is_left_open() -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - names are all that is wanted
    with without_chatter():
        pass
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208 - as above


def _in_a_process(code: str) -> "subprocess.CompletedProcess[str]":
    prelude = "import os, sys; from edgesmith.runtime.nativelog import without_chatter\n"
    return subprocess.run([sys.executable, "-c", prelude + code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("end", "code"),
    [("os.abort()", -signal.SIGABRT), ("os.kill(os.getpid(), 9)", -signal.SIGKILL), ("os._exit(7)", 7)],
    ids=["abort", "kill", "exit"],
)
def test_the_last_words_of_a_dying_process_are_shown(end: str, code: int) -> None:
    words = "b'F0000 the reason\\noneDNN custom operations are on\\nhalf'"
    finished = _in_a_process(f"with without_chatter():\n    os.write(2, {words})\n    {end}")
    assert (finished.returncode, finished.stderr) == (code, "F0000 the reason\nhalf")


def test_lines_pass_as_they_come(capfd: pytest.CaptureFixture[str]) -> None:
    with without_chatter():
        _say("now\n")
        until = time.monotonic() + 10
        said = ""
        while not said and time.monotonic() < until:
            said = capfd.readouterr().err
        assert said == "now\n"


def test_without_a_stderr() -> None:
    code = "os.close(2)\nwith without_chatter():\n    print('done', flush=True)"
    assert _in_a_process(code).stdout == "done\n"
    finished = _in_a_process("sys.stderr = None\nwith without_chatter():\n    print('done')")
    assert (finished.returncode, finished.stdout) == (0, "done\n")


def test_without_a_second_process(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with without_chatter():
        _say("oneDNN custom operations are on\n")
    assert capfd.readouterr().err == "oneDNN custom operations are on\n"


def test_prints_of_engines_do_not_disturb_the_answers() -> None:
    code = (
        "import os\nfrom edgesmith.runtime.nativelog import private_stdout\n"
        "channel = private_stdout()\nos.system('echo noise'); print('more noise', flush=True)\n"
        "channel.write('answer\\n'); channel.flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "answer\n"
    assert done.stderr == "noise\nmore noise\n"
