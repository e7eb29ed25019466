"""What is to be measured, and how long."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import EdgesmithError

Scenario = Literal["interleaved", "single-stream", "sustained"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)

Device = Literal["local", "ssh", "adb", "emulated", "browser"]

# Enough for a p99 that rests on more than one sample, and long enough to outlast a scheduler's mood.
SAMPLES, SECONDS = 200, 5.0

# Of each of several processes: 60 blocks of 50 ms. Of comparisons drawn from a recording of a shared host, five processes
# on either side, `edgesmith compare` answered 10 to 16 % with 20 blocks a process, 61 to 71 % with 40 and 94 % with 60
# (docs/compare.md).
PROCESS_SECONDS = 3.0

QUICK_SAMPLES, QUICK_SECONDS = 50, 0.0

# What `--minutes` stands for where it is not given. A small board is warm after ten minutes.
SINGLE_STREAM_MINUTES, SUSTAINED_MINUTES = 1.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkPlan:
    """A benchmark of every model with every number of threads.

    `models`: `.tflite` and `.onnx` files written by edgesmith. `data`: a folder of class folders (its `test`
    split where it has one), or of images alone, which gives no accuracy. `engines`: each
    that reads a file measures it; the preferred installed one unless given. A variant ends when it has both `samples` and `seconds` of timed
    inference. `cold_starts`: fresh processes whose median is the cold start.

    `scenario`: `interleaved`, variants in blocks by turns; `single-stream` and `sustained`, each variant by
    itself without a pause. `processes`: fresh processes a variant, which share its samples and seconds;
    `edgesmith compare` needs at least 5, and `usual_seconds`. `profile`: also time by operator, where the engine tells it. `strict`:
    refuse a machine that is not fit to be measured on.

    `device`: as `edgesmith.benchmarks.devices.address` reads it. `resume`: go on with what an earlier run of the
    same plan left unfinished. `install`: put what the device lacks into a virtual environment there.
    `remote_python`: the Python to run there, `python3` unless given.
    """

    models: tuple[Path, ...]
    data: Path
    output: Path = Path("bench")
    threads: tuple[int, ...] = (1,)
    engines: tuple[EngineName, ...] = ()
    device: str = "local"
    samples: int = SAMPLES
    seconds: float = SECONDS
    warmup_inferences: int = 10
    warmup_seconds: float = 0.5
    cold_starts: int = 3
    seed: int = 0
    scenario: Scenario = "interleaved"
    processes: int = 1
    profile: bool = False
    strict: bool = False
    resume: bool = False
    install: bool = False
    remote_python: str | None = None

    def __post_init__(self) -> None:
        """Raise `EdgesmithError` for numbers that cannot be meant."""
        if not self.models:
            raise EdgesmithError("no model files", tip="name at least one .tflite or .onnx")
        _require_at_least(1, samples=self.samples, warmup_inferences=self.warmup_inferences)
        _require_at_least(1, cold_starts=self.cold_starts, processes=self.processes)
        _require_at_least(0, seconds=self.seconds, warmup_seconds=self.warmup_seconds)
        if not self.threads or min(self.threads) < 1 or len(set(self.threads)) != len(self.threads):
            raise EdgesmithError(
                f"threads {list(self.threads)}; different numbers of 1 or more are needed",
                tip="for example --threads 1,2,4",
            )
        if len(set(self.engines)) != len(self.engines):
            raise EdgesmithError(
                f"engines {', '.join(self.engines)}; one is named twice", tip="name each --engine once"
            )
        if self.processes > 1 and self.scenario == "sustained":
            raise EdgesmithError(
                f"{self.processes} processes in the scenario sustained; it runs one without a pause",
                tip="leave out --processes, or --scenario",
            )


def usual_seconds(processes: int) -> float:
    """How long a variant is measured by turns, in so many processes together."""
    return SECONDS if processes == 1 else max(SECONDS, PROCESS_SECONDS * processes)


def _require_at_least(least: int, **values: float) -> None:
    for name, value in values.items():
        if not least <= value < math.inf:
            raise EdgesmithError(
                f"{name} {value}; at least {least} is needed",
                tip=f"--{name.replace('_', '-')} {least} or more",
            )
