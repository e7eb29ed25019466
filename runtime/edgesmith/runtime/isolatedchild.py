"""The isolated process: limits itself, verifies one file, answers one JSON object."""

import ctypes
import dataclasses
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, cast

from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import EdgesmithError, ModelFileError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.isolation import Request
from edgesmith.runtime.nativelog import private_stdout
from edgesmith.runtime.strict import from_json
from edgesmith.runtime.verify import verify

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Serve `edgesmith.runtime.isolation`. A defect ends the process with its traceback on stderr."""
    answers = private_stdout()
    _die_with_parent()
    request = from_json(Request, json.loads(sys.stdin.buffer.read()), where="the request")
    _limit(request.memory_bytes)
    try:
        answers.write(json.dumps(_answer(request), allow_nan=False))
        answers.close()
    except BrokenPipeError:  # nobody waits for it any more
        os._exit(1)
    # What matters has been said: engines' destructors are one more place for a bad file to crash at.
    os._exit(0)


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the one that waits for it has gone: a hanging engine would stay."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(memory_bytes: int) -> None:
    for kind, value in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _answer(request: Request) -> dict[str, Any]:
    engine = cast("EngineName | None", request.engine)  # the runtime refuses other names
    try:
        return verify(Path(request.path), engine=engine, threads=request.threads).to_json()
    except EdgesmithError as error:
        return {"error": dataclasses.asdict(Failure.of(error))}
    except MemoryError:
        needy = ModelFileError(
            f"it needs more than {request.memory_bytes // 2**20} MiB of memory",
            tip="do not use it; or `edgesmith verify` without --isolated, if you know who made it",
        )
        return {"error": dataclasses.asdict(Failure.of(needy))}
