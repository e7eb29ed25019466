"""Compare two benchmarks of one machine: what became slower, faster, less accurate, and what is noise.

OLD and NEW are bench.json files, or the folders that hold them, measured with `edgesmith bench --processes 5` or
more. Runs are paired by file name, precision, engine and threads. The answer for each is slower, faster, no
difference, or machine not quiet: then the reference kernel moved, and the times prove nothing.

Exit codes: 3 when a gate is not met, 1 when it cannot be judged because the machine was not quiet.

Examples:
  edgesmith compare bench-main bench-branch
  edgesmith compare old/bench.json new/bench.json --max-slowdown 5% --max-drop 0.5

"""

import argparse
import json
from pathlib import Path

from edgesmith.runtime.errors import DataError, GateError, needs_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("old", metavar="OLD", type=Path, help="bench.json of before, or its folder")
    parser.add_argument("new", metavar="NEW", type=Path, help="bench.json of now, or its folder")
    parser.add_argument(
        "--force", action="store_true", help="compare results of different machines or images"
    )
    parser.add_argument(
        "--max-slowdown",
        type=_percent,
        metavar="P",
        help="exit 3 for a phase proven slower by more than P %%",
    )
    parser.add_argument(
        "--max-drop", type=_points, metavar="P", help="exit 3 when top-1 falls by more than P points"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and hold the gate."""
    with needs_extra("bench"):
        from edgesmith.benchmarks.compare.compare import compare
        from edgesmith.benchmarks.compare.comparison import Gate
        from edgesmith.benchmarks.compare.wording import text_of
        from edgesmith.benchmarks.results import BENCH_FILE, BenchResult

        old, new = (
            BenchResult.load(path / BENCH_FILE if path.is_dir() else path)
            for path in (arguments.old, arguments.new)
        )
        gate = Gate(max_slowdown=arguments.max_slowdown, max_drop=arguments.max_drop)
        found = compare(old, new, gate=gate, force=arguments.force)
    print(json.dumps(found.to_json(), indent=2, ensure_ascii=False) if arguments.json else text_of(found))
    if found.broken:
        raise GateError("; ".join(found.broken), tip="the interval of each is in the table above")
    if gate.max_slowdown is not None and "machine not quiet" in found.verdicts:
        raise DataError(
            "machine not quiet: the gate was not judged, as said above",
            tip="measure both again with nothing else running, or with more --processes",
        )
    return 0


def _percent(text: str) -> float:
    return _points(text.removesuffix("%"))


def _points(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number such as 5% or 0.5") from error
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}; 0 or more is needed")
    return value
