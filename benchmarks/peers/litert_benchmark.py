"""Does `edgesmith bench` measure what `litert-benchmark` measures? The same file, threads and machine, in pairs.

    python benchmarks/peers/litert_benchmark.py DEPLOY/model-int8.tflite --data RUN -o pairs.jsonl

A pair is one fresh process of each side, in random order, each with a warm-up of half a second and then 200 timed
inferences; the reference kernel is timed before each. Both run the same XNNPACK of ai-edge-litert, with its default
flags, without a weight cache. The sides:

- `bench`: the worker of `edgesmith bench` as it is: photos are decoded, scaled, inferred by turns. Its invoke is
  writing the tensor, `Interpreter.invoke` and reading the scores.
- `loop`: the same process and engine, one photo again and again and nothing else between. What the pause for
  decoding does to the inference after it, through the processor's caches and clocks, is the difference to `bench`.
- `litert-benchmark`: its own program. It runs `CompiledModel.run_by_name` in a loop, on random input that is written
  once; scores are not read. It rounds its median to 0.01 ms, so here its module's `round` leaves numbers alone.

One line of JSON a pair is appended to the output; started again, it goes on from there. Prints one JSON document:
medians and least times in milliseconds, and for each pair's ratio of medians `bench` (or `loop`) over `litert-benchmark` its
median with the 95 % interval, and whether that is within 3 %. Where the reference moved by more than 5 %: machine not quiet.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgesmith.benchmarks.inputs import list_data
from edgesmith.benchmarks.measure import REFERENCE_REPEATS
from edgesmith.benchmarks.quietness import QUIET, spread
from edgesmith.benchmarks.schedule import image_order
from edgesmith.benchmarks.statistics import median, median_interval
from edgesmith.benchmarks.worker.reference import time_reference
from edgesmith.runtime.runrecord import sha256_of
from edgesmith.runtime.strict import from_json
from peers.litert_sides import SIDES, Side, Task, is_installed

BAR = 0.03
_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of the output: by side the median, the least time, and the reference kernel's before it, milliseconds."""

    file: str
    sha256: str
    threads: int
    number: int
    median_ms: dict[str, Any]
    least_ms: dict[str, Any]
    reference_ms: dict[str, Any]


def main() -> int:
    """Measure what is missing, then summarize."""
    arguments = _parser().parse_args()
    if not is_installed():
        raise SystemExit("litert-benchmark is not installed: `pip install 'ai-edge-litert>=2.3'` brings it")
    tasks = tasks_for(arguments.models, arguments.data, arguments.threads)
    measure(tasks, arguments.output, pairs=arguments.pairs)
    print(json.dumps(summary(tasks, read_pairs(arguments.output)), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+", help=".tflite files that edgesmith wrote")
    parser.add_argument("--data", type=Path, required=True, help="a RUN or a folder of photos")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a journal, JSON by line")
    parser.add_argument("--threads", type=int, nargs="+", default=[1], metavar="N")
    parser.add_argument("--pairs", type=int, default=_PAIRS, help=f"for each file and threads ({_PAIRS})")
    return parser


def tasks_for(models: Sequence[Path], data: Path, threads: Sequence[int]) -> list[Task]:
    """Every file with every number of threads. Raises as `list_data`."""
    images = tuple(str(file.resolve()) for file in image_order(list_data(data).files, seed=0))
    return [
        Task(model=model, sha256=sha256_of(model), threads=count, images=images)
        for model in models
        for count in threads
    ]


def measure(tasks: Sequence[Task], output: Path, *, pairs: int) -> None:
    """Append the pairs that the output lacks, the tasks by turns."""
    there = {(pair.sha256, pair.threads, pair.number) for pair in read_pairs(output)}
    for number in range(pairs):
        for task in tasks:
            if (task.sha256, task.threads, number) not in there:
                pair = _measure_pair(task, number)
                with output.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(pair)) + "\n")
                print(f"{task.model.name} ×{task.threads}, pair {number}: {pair.median_ms}", file=sys.stderr)


def read_pairs(output: Path) -> list[Pair]:
    """The lines that are there; one that a kill cut off is taken out of the file."""
    if not output.is_file():
        return []
    data = output.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        output.write_bytes(whole)
    return [from_json(Pair, json.loads(line), where=output.name) for line in whole.splitlines()]


def _measure_pair(task: Task, number: int) -> Pair:
    order = list(SIDES)
    random.Random(f"{task.sha256} {task.threads} {number}").shuffle(order)
    medians: dict[str, float] = {}
    least: dict[str, float] = {}
    reference: dict[str, float] = {}
    for side in order:
        reference[side] = median(time_reference(REFERENCE_REPEATS))
        medians[side], least[side] = SIDES[side](task)
    return Pair(
        file=task.model.name,
        sha256=task.sha256,
        threads=task.threads,
        number=number,
        median_ms=medians,
        least_ms=least,
        reference_ms=reference,
    )


def summary(tasks: Sequence[Task], pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """One entry a task that has pairs."""
    return list(_summaries(tasks, pairs))


def _summaries(tasks: Sequence[Task], pairs: Sequence[Pair]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        mine = [pair for pair in pairs if (pair.sha256, pair.threads) == (task.sha256, task.threads)]
        if not mine:
            continue
        moved = spread([time for pair in mine for time in pair.reference_ms.values()])
        yield {
            "file": task.model.name,
            "threads": task.threads,
            "pairs": len(mine),
            "median_ms": {side: median([pair.median_ms[side] for pair in mine]) for side in SIDES},
            "least_ms": {side: min(pair.least_ms[side] for pair in mine) for side in SIDES},
            "bench": _ratio(mine, "bench", moved),
            "loop": _ratio(mine, "loop", moved),
            "reference_moved": round(moved, 4),
        }


def _ratio(pairs: Sequence[Pair], side: Side, moved: float) -> dict[str, Any]:
    """A side over litert-benchmark: the median of the pairs' ratios, with its interval and what that says."""
    ratios = [pair.median_ms[side] / pair.median_ms["litert-benchmark"] for pair in pairs]
    low, high = median_interval(ratios)
    return {"ratio": median(ratios), "interval": [low, high], "within_bar": within_bar(low, high, moved)}


def within_bar(low: float, high: float, moved: float) -> str:
    """Whether an interval of a ratio lies within 3 % of 1; no answer where the reference moved too far."""
    if moved > QUIET:
        return "machine not quiet"
    if low >= 1 / (1 + BAR) and high <= 1 + BAR:
        return "yes"
    return "no" if low > 1 + BAR or high < 1 / (1 + BAR) else "not decided"


if __name__ == "__main__":
    sys.exit(main())
