"""The three sides of `litert_benchmark.py`: who times an inference, and how."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

from edgesmith.benchmarks.devices.local import measured_environment, start_worker
from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.measure import SETTLE
from edgesmith.benchmarks.statistics import median
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.errors import EngineError

Side = Literal["bench", "loop", "litert-benchmark"]
Times = tuple[float, float]  # the median and the least of one process, milliseconds

_SAMPLES = 200
_WARM_UP_SECONDS = 0.5

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

_UNROUNDED = """
import sys
from ai_edge_litert.tools import benchmark_litert_model
benchmark_litert_model.round = lambda value, digits: value
sys.exit(benchmark_litert_model.main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file with a number of threads, and the photos for `bench`."""

    model: Path
    sha256: str
    threads: int
    images: tuple[str, ...]

    @property
    def samples(self) -> tuple[str, ...]:
        """As many images as there are timed inferences."""
        return tuple(islice(cycle(self.images), _SAMPLES))


def is_installed() -> bool:
    """Whether this ai-edge-litert has the program."""
    try:
        return find_spec("ai_edge_litert.tools.benchmark_litert_model") is not None
    except ModuleNotFoundError:  # the package, or its folder of tools
        return False


def _bench(task: Task) -> Times:
    with start_worker(task.model.name) as worker:
        return _time_invoke(worker, task)


def _loop(task: Task) -> Times:
    command = (sys.executable, "-P", "-c", _LOOP)
    with WorkerProcess(task.model.name, command=command, environment=measured_environment()) as worker:
        return _time_invoke(worker, task)


def _time_invoke(worker: WorkerProcess, task: Task) -> Times:
    load = messages.Load(model=str(task.model.resolve()), threads=task.threads, engine="ai-edge-litert")
    worker.ask(load, messages.Loaded)
    warm_up = messages.WarmUp(images=task.images, inferences=10, seconds=_WARM_UP_SECONDS)
    worker.ask(warm_up, messages.WarmedUp)
    samples = worker.ask(messages.Measure(images=task.samples, settle=SETTLE), Samples)
    return median(samples.invoke), min(samples.invoke)


def _litert_benchmark(task: Task) -> Times:
    return _run_litert_benchmark(task, runs=_SAMPLES, warm_up=_warm_up_runs(task))


@cache
def _warm_up_runs(task: Task) -> int:
    """How many make half a second: it takes no time, so a first short benchmark tells."""
    return round(1000 * _WARM_UP_SECONDS / _run_litert_benchmark(task, runs=10, warm_up=5)[0])


def _run_litert_benchmark(task: Task, *, runs: int, warm_up: int) -> Times:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        words = [f"--model={task.model}", f"--num_threads={task.threads}", f"--result_json={result}"]
        words += [f"--num_runs={runs}", f"--warmup_runs={warm_up}"]
        ended = subprocess.run(  # noqa: S603 - this interpreter, with the text above
            [sys.executable, "-P", "-c", _UNROUNDED, *words],
            check=False,
            capture_output=True,
            text=True,
            env=measured_environment(),
        )
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or ["nothing"]
            raise EngineError(f"litert-benchmark ended with code {ended.returncode} and said: {said[-1]}")
        found = json.loads(result.read_bytes())
    latency = found["latency"]
    return round(latency["median_ms"], 4), round(latency["min_ms"], 4)


SIDES: dict[Side, Callable[[Task], Times]] = {
    "bench": _bench,
    "loop": _loop,
    "litert-benchmark": _litert_benchmark,
}
