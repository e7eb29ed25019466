"""Does `edgesmith bench` measure what `litert-benchmark` measures? The same file, threads and machine, by turns.

    python benchmarks/peers/litert_benchmark.py DEPLOY/model-int8.tflite --data RUN -o sessions.jsonl

A session is one fresh process of each side, all three warm and waiting; then many turns, in each of which every side
times ten inferences, in random order. A turn takes a tenth of a second or less, so a machine whose speed comes and
goes within seconds does so to all sides alike, and the ratio of medians within a turn says what differs between
them. A session counts with the median of its turns' ratios. All run the same XNNPACK of ai-edge-litert, with its
default flags, without a weight cache. The sides:

- `bench`: the worker of `edgesmith bench` as it is: photos are decoded, scaled, inferred by turns. Its invoke is
  writing the tensor, `Interpreter.invoke` and reading the scores.
- `loop`: the same process and engine, one photo again and again and nothing else between. What the pause for
  decoding does to the inference after it, through the processor's caches and clocks, is the difference to `bench`.
- `litert-benchmark`: its own program, which waits for its turn between two runs. It calls `CompiledModel.run_by_name`
  in a loop, on random input that is written once; scores are not read.

One line of JSON a session is appended to the output; started again, it goes on from there. Prints one JSON document:
medians and least times in milliseconds, and for `bench` and `loop` the ratio to `litert-benchmark` with its 95 %
interval between sessions, and whether that is within 3 %.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, get_args

from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.inputs import list_data
from edgesmith.benchmarks.measure import SETTLE
from edgesmith.benchmarks.schedule import image_order
from edgesmith.benchmarks.statistics import median, median_interval
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.strict import from_json
from peers.litert_sides import SIDES, WARM_UP_INFERENCES, WARM_UP_SECONDS, Side, Task, is_installed

BAR = 0.03
SESSIONS = 10
_TURNS, _INFERENCES = 40, 10
_PEER: Side = "litert-benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One line of the output: by side the median of each turn, in order, and the least time; milliseconds."""

    file: str
    sha256: str
    threads: int
    number: int
    turn_ms: dict[str, Any]
    least_ms: dict[str, Any]

    def ratio(self, side: Side) -> float:
        """The median of the turns' ratios of a side to litert-benchmark."""
        return median([own / peer for own, peer in zip(self.turn_ms[side], self.turn_ms[_PEER], strict=True)])


def main() -> int:
    """Measure what is missing, then summarize."""
    arguments = _parser().parse_args()
    if not is_installed():
        raise SystemExit("litert-benchmark is not installed: `pip install 'ai-edge-litert>=2.3'` brings it")
    tasks = tasks_for(arguments.models, arguments.data, arguments.threads)
    measure(tasks, arguments.output, sessions=arguments.sessions)
    print(json.dumps(summary(tasks, read_sessions(arguments.output)), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+", help=".tflite files that edgesmith wrote")
    parser.add_argument("--data", type=Path, required=True, help="a RUN or a folder of photos")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a journal, JSON by line")
    parser.add_argument("--threads", type=int, nargs="+", default=[1], metavar="N")
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS, help=f"for each file and threads ({SESSIONS})"
    )
    return parser


def tasks_for(models: Sequence[Path], data: Path, threads: Sequence[int]) -> list[Task]:
    """Every file with every number of threads. Raises as `list_data`."""
    images = tuple(str(file.resolve()) for file in image_order(list_data(data).files, seed=0))
    return [
        Task(model=model, sha256=sha256_of(model), threads=count, images=images)
        for model in models
        for count in threads
    ]


def measure(tasks: Sequence[Task], output: Path, *, sessions: int) -> None:
    """Append the sessions that the output lacks, the tasks by turns."""
    there = {(session.sha256, session.threads, session.number) for session in read_sessions(output)}
    for number in range(sessions):
        for task in tasks:
            if (task.sha256, task.threads, number) not in there:
                session = _measure_session(task, number)
                with output.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(session)) + "\n")
                print(
                    f"{task.model.name} ×{task.threads}, session {number}: bench {session.ratio('bench'):.3f}, "
                    f"loop {session.ratio('loop'):.3f}",
                    file=sys.stderr,
                )


def read_sessions(output: Path) -> list[Session]:
    """The lines that are there; one that a kill cut off is taken out of the file."""
    if not output.is_file():
        return []
    data = output.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        output.write_bytes(whole)
    return [from_json(Session, json.loads(line), where=output.name) for line in whole.splitlines()]


def _measure_session(task: Task, number: int) -> Session:
    with ExitStack() as stack:
        workers = {side: stack.enter_context(start(task)) for side, start in SIDES.items()}
        for side in ("bench", "loop"):
            _warm_up(workers[side], task)
        times = _take_turns(workers, task, random.Random(f"{task.sha256} {task.threads} {number}"))
    return Session(
        file=task.model.name,
        sha256=task.sha256,
        threads=task.threads,
        number=number,
        turn_ms={side: [round(median(turn), 4) for turn in turns] for side, turns in times.items()},
        least_ms={side: round(min(map(min, turns)), 4) for side, turns in times.items()},
    )


def _warm_up(worker: WorkerProcess, task: Task) -> None:
    load = messages.Load(model=str(task.model.resolve()), threads=task.threads, engine="ai-edge-litert")
    worker.ask(load, messages.Loaded)
    warm_up = messages.WarmUp(images=task.images, inferences=WARM_UP_INFERENCES, seconds=WARM_UP_SECONDS)
    worker.ask(warm_up, messages.WarmedUp)


def _take_turns(
    workers: Mapping[Side, WorkerProcess], task: Task, generator: random.Random
) -> dict[Side, list[tuple[float, ...]]]:
    times: dict[Side, list[tuple[float, ...]]] = {side: [] for side in workers}
    order = list(workers)
    images = cycle(task.images)
    for _ in range(_TURNS):
        generator.shuffle(order)
        request = messages.Measure(images=tuple(islice(images, _INFERENCES)), settle=SETTLE)
        for side in order:
            times[side].append(workers[side].ask(request, messages.Samples).invoke)
    return times


def summary(tasks: Sequence[Task], sessions: Sequence[Session]) -> list[dict[str, Any]]:
    """One entry a task that has sessions."""
    return list(_summaries(tasks, sessions))


def _summaries(tasks: Sequence[Task], sessions: Sequence[Session]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        mine = [each for each in sessions if (each.sha256, each.threads) == (task.sha256, task.threads)]
        if not mine:
            continue
        yield {
            "file": task.model.name,
            "threads": task.threads,
            "sessions": len(mine),
            "median_ms": {
                side: median([time for each in mine for time in each.turn_ms[side]])
                for side in get_args(Side)
            },
            "least_ms": {side: min(each.least_ms[side] for each in mine) for side in get_args(Side)},
            "bench": _ratio(mine, "bench"),
            "loop": _ratio(mine, "loop"),
        }


def _ratio(sessions: Sequence[Session], side: Side) -> dict[str, Any]:
    """A side over litert-benchmark: the median of the sessions' ratios, with its interval and what that says."""
    ratios = [session.ratio(side) for session in sessions]
    low, high = median_interval(ratios)
    return {"ratio": median(ratios), "interval": [low, high], "within_bar": within_bar(low, high)}


def within_bar(low: float, high: float) -> str:
    """Whether an interval of a ratio lies within 3 % of 1."""
    if low >= 1 / (1 + BAR) and high <= 1 + BAR:
        return "yes"
    return "no" if low > 1 + BAR or high < 1 / (1 + BAR) else "not decided"


if __name__ == "__main__":
    sys.exit(main())
