"""Does `edgesmith compare` call what is there, and nothing else? On real time, with real processes.

    python benchmarks/peers/compare_bars.py DEPLOY/model-int8.tflite --data DATA -o bars.jsonl

One benchmark after the other, each of `--processes` fresh processes. Two questions are asked of them: whether one
differs from the one before it, 50 times (A/A), and from one that is measured right after it and is 10 % slower, 20
times: the worker of that one computes on for a tenth of each inference's time, inside the timed call. The answers are
counted: a false alarm is slower or faster where nothing differs, a wrong call is no difference or faster where 10 %
were added; `machine not quiet` is no call.

One line of JSON an answer is appended to the output; a script that is started again goes on from there, so it may be
stopped at any time. `--summary` counts and measures nothing. Needs a machine with nothing else running: a benchmark takes
40 s with five processes, 55 with eight.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

Question = Literal["aa", "slower"]

_REPETITIONS: dict[Question, int] = {"aa": 50, "slower": 20}
_SLOWER = 0.10

# A worker whose engine computes on after each inference. Computing, since a core that sleeps or waits gets cooler and
# may be clocked differently.
_SLOWED = """
import sys, time
from edgesmith.benchmarks.worker.__main__ import main
from edgesmith.runtime.engines.{module} import {engine}

run = {engine}.run

def slower(self, pixels):
    start = time.perf_counter()
    row = run(self, pixels)
    now = time.perf_counter()
    while time.perf_counter() < now + {share} * (now - start):
        sum(range(50))
    return row

{engine}.run = slower
sys.exit(main())
"""

# `edgesmith` with another worker.
_CONTROLLER = """
import sys
from edgesmith.benchmarks.devices import local
from edgesmith.cli import main
local._COMMAND = (sys.executable, "-P", "-c", {worker!r})
sys.exit(main())
"""
_ENGINES = {".tflite": ("tflite", "TFLiteEngine"), ".onnx": ("onnx", "OnnxEngine")}


def main() -> int:
    """Measure what is missing, then count."""
    arguments = _parser().parse_args()
    output: Path = arguments.output
    if not arguments.summary:
        _ask(arguments)
    print(json.dumps(summary(_lines(output)), indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=5, help="of each benchmark (5)")
    parser.add_argument("--summary", action="store_true")
    return parser


def _ask(arguments: argparse.Namespace) -> None:
    """What was not asked yet."""
    with tempfile.TemporaryDirectory() as name:
        before: Path | None = None
        for number in _missing(arguments.output):
            if before is None:
                before = _bench(Path(name) / "first", arguments, slower=0.0)
            now = _bench(Path(name) / str(number), arguments, slower=0.0)
            answers: dict[Question, dict[str, Any]] = {"aa": _compare(before, now)}
            if number < _REPETITIONS["slower"]:
                slower = _bench(Path(name) / f"{number}-slower", arguments, slower=_SLOWER)
                answers["slower"] = _compare(now, slower)
            _keep(number, answers, arguments.output)
            before = now


def _keep(number: int, answers: Mapping[Question, dict[str, Any]], output: Path) -> None:
    """The answers of one number at once, so that none of them is missing after a kill."""
    lines = [{"question": question, "number": number, **answer} for question, answer in answers.items()]
    with output.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))
    for line in lines:
        print(f"{line['question']} {number}: {', '.join(line['verdicts'])}", file=sys.stderr)


def _compare(old: Path, new: Path) -> dict[str, Any]:
    """Verdicts of invoke and end to end, with their numbers."""
    command = [sys.executable, "-m", "edgesmith", "compare", str(old), str(new), "--json"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - a list, which no shell reads
    found = json.loads(answer)
    judged = [
        {key: phase[key] for key in ("phase", "ratio", "interval", "verdict")}
        for pair in found["pairs"]
        for phase in pair["phases"]
        if phase["phase"] in ("invoke", "end_to_end")
    ]
    return {
        "verdicts": [phase["verdict"] for phase in judged],
        "phases": judged,
        "quietness": found["quietness"],
    }


def summary(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Repetitions by their answer to `invoke`, and how many were wrong."""
    counted: dict[str, Any] = {}
    for question in get_args(Question):
        calls = Counter(
            phase["verdict"]
            for line in lines
            if line["question"] == question
            for phase in line["phases"]
            if phase["phase"] == "invoke"
        )
        wrong = ("slower", "faster") if question == "aa" else ("no difference", "faster")
        counted[question] = {
            "repetitions": calls.total(),
            "answers": dict(calls),
            "wrong": sum(calls[verdict] for verdict in wrong),
            "with a verdict": calls.total() - calls["machine not quiet"],
        }
    return counted


def _bench(output: Path, arguments: argparse.Namespace, *, slower: float) -> Path:
    """The folder with the result."""
    start = ["-P", "-m", "edgesmith"]
    if slower:
        module, engine = _ENGINES[arguments.model.suffix]
        worker = _SLOWED.format(module=module, engine=engine, share=slower)
        start = ["-P", "-c", _CONTROLLER.format(worker=worker)]
    words = ["bench", str(arguments.model), "--data", str(arguments.data), "-o", str(output)]
    words += ["--processes", str(arguments.processes)]
    subprocess.run([sys.executable, *start, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a list, which no shell reads; its words are fixed here or the caller's own
    return output


def _lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text().splitlines()] if output.is_file() else []


def _missing(output: Path) -> list[int]:
    """The numbers of repetitions that are not there yet."""
    done = {line["number"] for line in _lines(output)}
    return [number for number in range(max(_REPETITIONS.values())) if number not in done]


if __name__ == "__main__":
    sys.exit(main())
