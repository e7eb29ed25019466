"""Measure latency, memory and accuracy of model files on real images, and write a report.

Writes DIR/bench.json (all raw samples), DIR/report.html and DIR/report.md. Each file, engine and number of
threads is measured in its own process; they take turns in random order.

DATA is best a RUN of `edgesmith train`, of which the test images are taken: accuracy on images that a model
has trained on says nothing.

On an emulated board instructions are counted, exactly and repeatably, into DIR/counts.json; no time is taken there.

With --device browser a page is served, and every phone that opens it measures in its browser, into DIR/<phone>/.

Examples:
  edgesmith bench deploy --data runs/flowers
  edgesmith bench flowers-float32.tflite flowers-int8.tflite --data flowers/test --threads 1,2,4 -o bench
  edgesmith bench flowers-int8.onnx --data photos/ --quick --json > bench.json
  edgesmith bench deploy --data runs/flowers --processes 5 -o bench-main
  edgesmith bench flowers-int8.tflite --data runs/flowers --scenario sustained --minutes 10
  edgesmith bench deploy --data runs/flowers --device ssh://pi@raspberrypi.local --install
  edgesmith bench deploy --data runs/flowers --device adb -o bench-phone
  edgesmith bench deploy --data runs/flowers --device emulated:pi4 -o counts
  edgesmith bench deploy --data runs/flowers --device browser --host 0.0.0.0 -o phones

"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edgesmith.benchmarks.browser.options import (
    add_browser_arguments,
    browser_options,
    refuse_browser_arguments,
)
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.protocol import add_protocol_arguments, protocol_of
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.errors import DeviceError, OptionError, needs_extra

if TYPE_CHECKING:
    from edgesmith.benchmarks.devices.emulated.counts import CountsResult
    from edgesmith.benchmarks.devices.several import Outcome
    from edgesmith.benchmarks.progress import Progress
    from edgesmith.benchmarks.results import BenchResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "models", metavar="MODEL", nargs="+", type=Path, help=".tflite or .onnx files, or folders of them"
    )
    parser.add_argument(
        "--data",
        metavar="DATA",
        type=Path,
        required=True,
        help="images: a RUN's test split, DATA's test split, or DATA/<class>/*; without classes no accuracy",
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=Path("bench"), help="where results go (bench)"
    )
    parser.add_argument(
        "--threads", metavar="N,…", type=_threads, default=(1,), help="numbers of threads to measure (1)"
    )
    parser.add_argument(
        "--engine",
        action="append",
        type=one_of(ENGINE_NAMES, what="engine"),
        choices=ENGINE_NAMES,
        help="an engine, and another --engine for another (the first installed one of a file)",
    )
    parser.add_argument(
        "--device",
        nargs="+",
        type=_device,
        default=["local"],
        metavar="DEVICE",
        help="where to measure: local, ssh://user@host:port, adb:SERIAL, emulated:pi3, pi4, pi5, where instructions are "
        "counted; several at the same time; or browser, any phone that opens a page (local)",
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="put numpy, Pillow and an engine into a virtual environment of its own on the device",
    )
    parser.add_argument("--remote-python", metavar="PYTHON", help="the Python to run on the device (python3)")
    parser.add_argument("--resume", action="store_true", help="go on with a benchmark that was broken off")
    add_protocol_arguments(parser)
    add_browser_arguments(parser)
    parser.add_argument("--seed", type=int, default=0, help="order of images and turns (0)")
    parser.add_argument("--json", action="store_true", help="print bench.json's document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Measure, write, and print a table."""
    with needs_extra("bench"):
        from edgesmith.benchmarks.benchmark import bench
        from edgesmith.benchmarks.devices.adb.missing import OnlyBenchmarkModelError
        from edgesmith.benchmarks.devices.address import parse_address
        from edgesmith.benchmarks.progress import Silence, TerminalProgress

        if arguments.history is not None:
            from edgesmith.benchmarks.history.folder import recall

            recall(
                arguments.history
            )  # a folder that cannot be added to is refused before anything is measured
        if "browser" in arguments.device:
            return _run_in_browsers(arguments)
        refuse_browser_arguments(arguments)
        if len(arguments.device) > 1:
            return _run_on_several(arguments)
        progress = TerminalProgress() if sys.stderr.isatty() else Silence()
        if parse_address(arguments.device[0]).kind == "emulated":
            return _count(arguments, progress)
        try:
            result = bench(_plan(arguments), progress=progress)
        except OnlyBenchmarkModelError as found:
            if arguments.strict or arguments.history is not None:
                raise
            from edgesmith.benchmarks.devices.adb.benchmark_model.fallback import fall_back

            fall_back(found, _plan(arguments), progress=progress, as_json=arguments.json)
            return 0
        _remember([result], arguments)
    if arguments.json:
        sys.stdout.write(result.to_json())
    else:
        _show(result, arguments.output)
    _hold([result], arguments)
    return 0


def _count(arguments: argparse.Namespace, progress: "Progress") -> int:
    from edgesmith.benchmarks.devices.emulated.benchmark import count_instructions

    if arguments.history is not None:
        raise OptionError("--history keeps times; an emulated board has none", tip="leave out --history")
    result = count_instructions(_plan(arguments), progress=progress)
    if arguments.json:
        sys.stdout.write(result.to_json())
    else:
        _show_counts(result, arguments.output)
    return 0


def _remember(results: Sequence["BenchResult"], arguments: argparse.Namespace) -> None:
    if arguments.history is not None:
        from edgesmith.benchmarks.history.folder import remember

        for result in results:
            remember(result, arguments.history)


def _hold(results: Sequence["BenchResult"], arguments: argparse.Namespace) -> None:
    if arguments.strict:
        from edgesmith.benchmarks.caveats import require_fit_throughout

        for result in results:
            require_fit_throughout(result.warnings)


def _run_in_browsers(arguments: argparse.Namespace) -> int:
    if len(arguments.device) > 1:
        raise OptionError(
            f"--device {' '.join(arguments.device)}; a browser stands alone",
            tip="measure the others in a benchmark of their own",
        )
    if arguments.history is not None:
        raise OptionError(
            "--history keeps times of one machine; phones come and go", tip="leave out --history"
        )
    with needs_extra("browser"):
        from edgesmith.benchmarks.browser.benchmark import bench_in_browsers
        from edgesmith.benchmarks.progress import Silence, TerminalProgress

        progress = TerminalProgress() if sys.stderr.isatty() else Silence()
        outcomes = bench_in_browsers(_plan(arguments), browser_options(arguments), progress=progress)
    _tell(outcomes, as_json=arguments.json)
    return 0


def _run_on_several(arguments: argparse.Namespace) -> int:
    from edgesmith.benchmarks.devices.address import parse_address
    from edgesmith.benchmarks.devices.several import bench_each
    from edgesmith.benchmarks.progress import LineProgress
    from edgesmith.benchmarks.results import BenchResult

    devices = [parse_address(text) for text in arguments.device]
    outcomes = bench_each(_plan(arguments), devices, progress=LineProgress)
    results = [outcome.result for outcome in outcomes if isinstance(outcome.result, BenchResult)]
    _remember(results, arguments)
    _tell(outcomes, as_json=arguments.json)
    _hold(results, arguments)
    return 0


def _tell(outcomes: Sequence["Outcome"], *, as_json: bool) -> None:
    """Print what came of each device. Raises `DeviceError` when some have nothing."""
    from edgesmith.benchmarks.devices.several import SCHEMA
    from edgesmith.benchmarks.document import to_text
    from edgesmith.benchmarks.results import BenchResult

    if as_json:
        document = {"schema": SCHEMA, "devices": [outcome.to_json() for outcome in outcomes]}
        sys.stdout.write(to_text(document) + "\n")
    else:
        for outcome in outcomes:
            if outcome.result is not None:
                print(f"{outcome.label}:")
                if isinstance(outcome.result, BenchResult):
                    _show(outcome.result, outcome.plan.output)
                else:
                    _show_counts(outcome.result, outcome.plan.output)
                print()
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    if failed:
        raise DeviceError(
            f"{len(failed)} of {len(outcomes)} devices: {'; '.join(error.message for error in failed)}",
            tip="; ".join(dict.fromkeys(error.tip for error in failed if error.tip)),
            details=[line for error in failed for line in error.details],
        )


def _show(result: "BenchResult", output: Path) -> None:
    from edgesmith.benchmarks.report.render import REPORT_HTML
    from edgesmith.benchmarks.report.table import terminal_table

    print(terminal_table(result))
    for warning in result.warnings:
        print(one_line(f"warning: {warning.message}"), file=sys.stderr)
    print(f"\nreport: {output / REPORT_HTML}")


def _show_counts(result: "CountsResult", output: Path) -> None:
    from edgesmith.benchmarks.devices.emulated.counts import COUNTS_FILE
    from edgesmith.benchmarks.devices.emulated.table import terminal_table

    print(terminal_table(result))
    for warning in result.warnings:
        print(one_line(f"warning: {warning}"), file=sys.stderr)
    print(f"\ncounts: {output / COUNTS_FILE}")


def _plan(arguments: argparse.Namespace) -> BenchmarkPlan:
    return BenchmarkPlan(
        models=tuple(arguments.models),
        data=arguments.data,
        output=arguments.output,
        threads=arguments.threads,
        engines=tuple(arguments.engine or ()),
        device=arguments.device[0],
        **protocol_of(arguments),
        seed=arguments.seed,
        resume=arguments.resume,
        install=arguments.install,
        remote_python=arguments.remote_python,
    )


def _device(text: str) -> str:
    from edgesmith.benchmarks.devices.address import parse_address

    try:
        return parse_address(text).text
    except OptionError as error:
        raise argparse.ArgumentTypeError(f"{error}; {error.tip}") from error


def _threads(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers such as 1,2,4") from error
