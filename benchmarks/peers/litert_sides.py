"""The three sides of `litert_benchmark.py`: processes that time inferences when they are asked to, by turns."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from edgesmith.benchmarks.devices.local import measured_environment, start_worker
from edgesmith.benchmarks.devices.process import WorkerProcess

Side = Literal["bench", "loop", "litert-benchmark"]

WARM_UP_INFERENCES, WARM_UP_SECONDS = 50, 0.5

# A worker that measures one photo again and again, its pixels ready: `loop`.
_LOOP = """
import sys
from time import perf_counter_ns
from edgesmith.benchmarks.worker.__main__ import serve
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.benchmarks.worker.session import Session
from edgesmith.benchmarks.worker.timing import milliseconds
from edgesmith.runtime.images import load

def loop(classifier, images):
    images = list(images)
    pixels = load(images[0], classifier.spec.input)
    times = []
    for _ in images:
        start = perf_counter_ns()
        classifier.engine.run(pixels)
        times.append(milliseconds(perf_counter_ns() - start))
    times, nothing = tuple(times), (0.0,) * len(times)
    return Samples(decode=nothing, preprocess=nothing, invoke=times, postprocess=nothing, end_to_end=times)

serve(Session(clock=loop))
"""

# litert-benchmark's own program, its loop and its clock. Only `range` waits before each of the timed runs until it is
# asked for, outside of what the program times; the answers are those of a worker. `RUNS` tells its loop from others.
_LITERT = """
import json, sys, time
from ai_edge_litert.tools import benchmark_litert_model as program

RUNS = 1_000_000_000

class Clock:
    before = now = 0.0

    def perf_counter(self):
        self.before, self.now = self.now, time.perf_counter()
        return self.now

def turns(count):
    if count != RUNS:
        yield from range(count)
        return
    for line in sys.stdin:
        request = json.loads(line)
        times = []
        for _ in range(request["settle"] + len(request["images"])):
            yield 0
            times.append(1000 * (clock.now - clock.before))
        times = times[request["settle"]:]
        nothing = [0.0] * len(times)
        samples = dict(decode=nothing, preprocess=nothing, invoke=times, postprocess=nothing, end_to_end=times)
        print(json.dumps(samples), flush=True)

clock = program.time = Clock()
program.range = turns
sys.argv += [f"--num_runs={RUNS}"]
sys.exit(program.main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file with a number of threads, and the photos for `bench`."""

    model: Path
    sha256: str
    threads: int
    images: tuple[str, ...]


def is_installed() -> bool:
    """Whether this ai-edge-litert has the program."""
    try:
        return find_spec("ai_edge_litert.tools.benchmark_litert_model") is not None
    except ModuleNotFoundError:  # the package, or its folder of tools
        return False


def _worker(code: str, task: Task, *options: str) -> WorkerProcess:
    command = (sys.executable, "-P", "-c", code, *options)
    return WorkerProcess(task.model.name, command=command, environment=measured_environment())


def _litert_benchmark(task: Task) -> WorkerProcess:
    # Its warm-up is a number, the others' a time as well: what is longer for a slow model is shorter for a quick one.
    options = (
        f"--model={task.model}",
        f"--num_threads={task.threads}",
        f"--warmup_runs={WARM_UP_INFERENCES}",
    )
    return _worker(_LITERT, task, *options)


# Who starts each side; `bench` and `loop` are to be sent `Load` and `WarmUp` first.
SIDES: dict[Side, Callable[[Task], AbstractContextManager[WorkerProcess]]] = {
    "bench": lambda task: start_worker(task.model.name),
    "loop": partial(_worker, _LOOP),
    "litert-benchmark": _litert_benchmark,
}
