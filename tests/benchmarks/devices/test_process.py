"""What the controller makes of a command that is no worker."""

import sys

import pytest

from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import EngineError


def _says(what: bytes) -> WorkerProcess:
    program = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({what!r})"
    return WorkerProcess("a.onnx", command=[sys.executable, "-I", "-S", "-c", program])


def test_an_answer_that_is_no_json_is_shown() -> None:
    with (
        _says(b"{no JSON\n") as worker,
        pytest.raises(EngineError, match=r"a\.onnx: the measuring process answered '{no JSON\\n'"),
    ):
        worker.ask(messages.ReadMemory(), messages.Memory)


def test_a_greeting_of_any_bytes_is_passed_over() -> None:
    with _says(b'\xe9t\xe9\n{"peak_rss_bytes": 7}\n') as worker:
        assert worker.ask(messages.ReadMemory(), messages.Memory).peak_rss_bytes == 7
