"""Running an unknown model file for the first time in a process of its own, which may crash, hang or swell.

Engines are C++ and trust their files: one that is damaged, or made for the purpose, can read outside its
memory. Here that ends a child process, and becomes an error.
"""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import EngineError, ModelFileError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json
from edgesmith.runtime.verify import Verdict

# The child finds modules where this process does, in a zipapp too. -P: not in the current folder.
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from edgesmith.runtime.isolatedchild import main; main()"
)
_MAX_ANSWER_BYTES = 64 * 1024  # a verdict has some hundred bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the child may use.

    `memory_bytes`: of private memory that it can write to (RLIMIT_DATA). The default is several times what
    the engines need for the networks of the zoo. `seconds`: of wall time, a slow board's start-up included.
    """

    memory_bytes: int = 2 * 1024 * 1024 * 1024
    seconds: float = 120.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the child is to verify, as one JSON object on its stdin."""

    path: str
    engine: str | None
    threads: int | None
    memory_bytes: int


def verify_isolated(
    path: Path,
    *,
    engine: EngineName | None = None,
    threads: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """As `verify`, in a child process. Raises what it raises, and `ModelFileError` when the child dies of it."""
    request = Request(path=str(path), engine=engine, threads=threads, memory_bytes=limits.memory_bytes)
    answer, code = _run(request, limits)
    if code is None:
        raise ModelFileError(
            f"{path.name}: the engine was stopped after {limits.seconds:g} seconds",
            tip="the file may be made to keep it busy; do not use it",
        )
    document = _document(answer)
    if code != 0 or document is None:
        raise _crash(path, code, limits)
    if "error" in document:
        raise from_json(Failure, document["error"], where="the isolated process's error").revive(path.name)
    verdict = from_json(Verdict, document, where="the isolated process's answer")
    return dataclasses.replace(verdict, file=str(path))


def _run(request: Request, limits: Limits) -> tuple[bytes, int | None]:
    """What the child wrote, and its exit code; None when its time was up."""
    command = [sys.executable, "-P", "-c", _CHILD, json.dumps(sys.path)]
    late = threading.Event()
    with subprocess.Popen(  # noqa: S603 - this interpreter, with the text above
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:

        def stop() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(limits.seconds, stop)
        timer.start()
        try:
            answer = _exchange(process, json.dumps(dataclasses.asdict(request)).encode())
            code = process.wait()
        finally:
            timer.cancel()
            _kill(process)  # with whatever it has started
    return answer, None if late.is_set() else code


def _document(answer: bytes) -> dict[str, Any] | None:
    """The JSON object that the child wrote; None for anything else: native code can end it with exit code 0."""
    try:
        document: Any = json.loads(answer)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _exchange(process: "subprocess.Popen[bytes]", request: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the isolated process has no pipes")
    try:
        process.stdin.write(request)
        process.stdin.close()
    except BrokenPipeError:  # it has died already, as its exit code will tell
        return b""
    answer = process.stdout.read(_MAX_ANSWER_BYTES + 1)
    if len(answer) > _MAX_ANSWER_BYTES:
        raise EngineError("the isolated process said more than it was asked", tip="do not use this file")
    return answer


def _kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # all of the group have ended
        return


def _crash(path: Path, code: int, limits: Limits) -> ModelFileError:
    if code == -signal.SIGKILL:
        how = "was killed, probably because memory ran out"
    elif code < 0:
        how = f"crashed ({signal.Signals(-code).name})"
    else:
        how = f"ended with exit code {code}" if code else "ended without an answer"
    return ModelFileError(
        f"{path.name}: the engine {how}, in a process of its own with {limits.memory_bytes // 2**20} MiB",
        tip="the file is damaged, made to do harm, or too large for this machine; do not use it",
    )
