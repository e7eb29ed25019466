"""Compare two benchmarks of one machine: what became slower, faster, less accurate, and what is noise.

OLD and NEW are bench.json files, or the folders that hold them, measured with `edgesmith bench --processes 5` or
more. Runs are paired by file name, precision, engine and threads. The answer for each is slower, faster, no
difference, or machine not quiet: then the reference kernel moved so much that the times prove nothing.

Or they are counts.json, instructions counted with `edgesmith bench --device emulated:pi4`: exact, so the answer is
more, fewer or the same.

Exit codes: 3 when a gate is not met, 1 when it cannot be judged because the machine was not quiet.

Examples:
  edgesmith compare bench-main bench-branch
  edgesmith compare old/bench.json new/bench.json --max-slowdown 5% --max-drop 0.5
  edgesmith compare counts-main counts-branch --max-more-instructions 0.1%

"""

import argparse
import json
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import DataError, GateError, OptionError, needs_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "old", metavar="OLD", type=Path, help="bench.json or counts.json of before, or its folder"
    )
    parser.add_argument("new", metavar="NEW", type=Path, help="the same of now")
    parser.add_argument(
        "--force", action="store_true", help="compare results of different machines or images"
    )
    parser.add_argument(
        "--max-slowdown",
        type=_percent,
        metavar="P",
        help="exit 3 for a phase that is proven slower, by an estimate of more than P %%",
    )
    parser.add_argument(
        "--max-drop", type=_points, metavar="P", help="exit 3 when top-1 falls by more than P points"
    )
    parser.add_argument(
        "--max-more-instructions",
        type=_percent,
        metavar="P",
        help="exit 3 when an inference takes P %% more instructions, on an emulated board",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and hold the gate."""
    with needs_extra("bench"):
        from edgesmith.benchmarks.devices.emulated.counts import COUNTS_SCHEMA
        from edgesmith.benchmarks.document import schema_of

        old, new = (_file_of(path) for path in (arguments.old, arguments.new))
        if COUNTS_SCHEMA in (schema_of(old), schema_of(new)):
            return _compare_counts(old, new, arguments)
        return _compare_times(old, new, arguments)


def _compare_times(old: Path, new: Path, arguments: argparse.Namespace) -> int:
    from edgesmith.benchmarks.compare.compare import compare
    from edgesmith.benchmarks.compare.comparison import Gate
    from edgesmith.benchmarks.compare.wording import text_of
    from edgesmith.benchmarks.results import BenchResult

    _refuse(
        arguments, "max_more_instructions", found="times; instructions are counted by --device emulated:pi4"
    )
    gate = Gate(max_slowdown=arguments.max_slowdown, max_drop=arguments.max_drop)
    found = compare(BenchResult.load(old), BenchResult.load(new), gate=gate, force=arguments.force)
    _print(found.to_json() if arguments.json else text_of(found))
    if found.broken:
        raise GateError("; ".join(found.broken), tip="the interval of each is in the table above")
    if gate.max_slowdown is not None and "machine not quiet" in found.verdicts:
        raise DataError(
            "machine not quiet: the gate was not judged, as said above",
            tip="measure both again with nothing else running, or with more --processes",
        )
    return 0


def _compare_counts(old: Path, new: Path, arguments: argparse.Namespace) -> int:
    from edgesmith.benchmarks.compare.counts import compare_counts, text_of_counts
    from edgesmith.benchmarks.devices.emulated.counts import CountsResult

    for name in ("max_slowdown", "max_drop"):
        _refuse(arguments, name, found="instruction counts, no times and no accuracy")
    found = compare_counts(
        CountsResult.load(old),
        CountsResult.load(new),
        max_more=arguments.max_more_instructions,
        force=arguments.force,
    )
    _print(found.to_json() if arguments.json else text_of_counts(found))
    if found.broken:
        raise GateError("; ".join(found.broken), tip="the classes that grew are in the table above")
    return 0


def _file_of(path: Path) -> Path:
    from edgesmith.benchmarks.devices.emulated.counts import COUNTS_FILE
    from edgesmith.benchmarks.results import BENCH_FILE

    if not path.is_dir():
        return path
    return path / (COUNTS_FILE if (path / COUNTS_FILE).is_file() else BENCH_FILE)


def _refuse(arguments: argparse.Namespace, name: str, *, found: str) -> None:
    if getattr(arguments, name) is not None:
        raise OptionError(
            f"--{name.replace('_', '-')}, but these results hold {found}",
            tip=f"leave out --{name.replace('_', '-')}",
        )


def _print(answer: str | dict[str, Any]) -> None:
    print(answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False))


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
