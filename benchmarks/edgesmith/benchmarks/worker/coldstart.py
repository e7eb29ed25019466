"""A cold start, timed on the device: what lies between it and the controller is not to be part of the number."""

import json
import subprocess
import sys
from time import perf_counter_ns
from typing import TypeVar

from edgesmith.benchmarks.worker.messages import (
    Classified,
    Classify,
    ColdStart,
    ColdStarted,
    Load,
    Loaded,
    Request,
    encode_request,
)
from edgesmith.benchmarks.worker.timing import milliseconds
from edgesmith.runtime.errors import EngineError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json

T = TypeVar("T")


def start_cold(request: ColdStart) -> ColdStarted:
    """Start this very program once more, with the words that started this one.

    Raises the fresh process's own `EdgesmithError`, and `EngineError` when it dies.
    """
    load = Load(model=request.model, threads=request.threads, engine=request.engine)
    start = perf_counter_ns()
    with (
        subprocess.Popen(  # noqa: S603 - this interpreter, with this process's own arguments
            [sys.executable, *sys.orig_argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process
    ):
        try:
            loaded = _ask(process, load, Loaded)
            _ask(process, Classify(image=request.image), Classified)
            return ColdStarted(loaded=loaded, milliseconds=milliseconds(perf_counter_ns() - start))
        finally:
            process.kill()


def _ask(process: "subprocess.Popen[str]", request: Request, answer: type[T]) -> T:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the fresh process has no pipes")
    try:
        process.stdin.write(encode_request(request))
        process.stdin.flush()
        line = process.stdout.readline()
    except BrokenPipeError:
        line = ""
    name = type(request).__name__
    if not line:
        code = process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        raise EngineError(
            f"a fresh process {how} at {name}", tip="signal 9 means that memory ran out on the device"
        )
    document = json.loads(line)
    if "error" in document:
        failure = from_json(Failure, document["error"], where="the fresh process's error")
        raise failure.revive(failure.message)
    return from_json(answer, document, where=f"the fresh process's answer to {name}")
