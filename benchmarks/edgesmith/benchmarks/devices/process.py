"""The controller's end of a worker: any command that speaks the worker's JSON lines on stdin and stdout."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar

from edgesmith.benchmarks.devices.program import end
from edgesmith.benchmarks.worker.messages import Request, encode_request
from edgesmith.runtime import errors
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json

T = TypeVar("T")

# What an exit code and the last words mean where a command is no worker itself but leads to one; None: as usual.
Diagnosis = Callable[[int, str], errors.EdgesmithError | None]

_STDERR_LINES = 5
_SHOWN = 60  # characters of an answer that is none


class WorkerProcess:
    """A started worker. Leaving the `with` block ends it, whatever it is doing."""

    def __init__(
        self,
        subject: str,
        *,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        diagnose: Diagnosis = lambda code, said: None,
    ) -> None:
        """Start `command`. `subject` names the model file in messages."""
        self._subject = subject
        self._diagnose = diagnose
        # A file rather than a pipe: a worker that says much on stderr never waits for a reader.
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process: `__exit__` closes it
        self._process = subprocess.Popen(  # noqa: S603 - a list, which no shell of this machine reads; devices make it
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=environment,
            text=True,
            errors="replace",  # a greeting's bytes may be of any encoding; answers are ASCII
        )

    def ask(self, request: Request, answer: type[T]) -> T:
        """Send a request, wait for its answer and read it as `answer`.

        Raises the worker's own `EdgesmithError`, with the model file named, and `EngineError` with the last
        lines of its stderr when the process has died.
        """
        line = self._exchange(encode_request(request))
        if not line.endswith("\n"):
            raise self._died(type(request).__name__)
        try:
            document: Any = json.loads(line)
        except ValueError as error:
            raise errors.EngineError(
                f"{self._subject}: the measuring process answered {line[:_SHOWN]!r}, which is no JSON",
                tip="where it goes through a login shell, that must not print",
            ) from error
        if "error" in document:
            raise from_json(Failure, document["error"], where="the worker's error").revive(self._subject)
        return from_json(answer, document, where=f"the worker's answer to {type(request).__name__}")

    def _exchange(self, request: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the worker has no pipes")
        try:
            stdin.write(request)
            stdin.flush()
        except BrokenPipeError:
            return ""
        line = stdout.readline()
        while line and not line.startswith("{"):  # a login shell's greeting; answers are JSON objects
            line = stdout.readline()
        return line

    def _died(self, command: str) -> errors.EdgesmithError:
        code = self._process.wait()
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip()
        known = self._diagnose(code, said)
        if known is not None:
            return known
        # A shell between the two adds 128 to a signal's number.
        signal = -code if code < 0 else code - 128 if code > 128 else None
        how = f"ended with code {code}" if signal is None else f"was killed by signal {signal}"
        return errors.EngineError(
            f"{self._subject}: the measuring process {how} at {command}",
            details=[f"| {line}" for line in said.splitlines()[-_STDERR_LINES:]],
            tip="signal 9 means that memory ran out; `edgesmith verify` runs the file alone",
        )

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._process)
        self._stderr.close()
