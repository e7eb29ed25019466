"""Measure latency, memory and accuracy of model files on real images, and write a report.

Writes DIR/bench.json (all raw samples), DIR/report.html and DIR/report.md. Each file, engine and number of
threads is measured in its own process; they take turns in random order.

DATA is best a RUN of `edgesmith train`, of which the test images are taken: accuracy on images that a model
has trained on says nothing.

Examples:
  edgesmith bench deploy --data runs/flowers
  edgesmith bench flowers-float32.tflite flowers-int8.tflite --data flowers/test --threads 1,2,4 -o bench
  edgesmith bench flowers-int8.onnx --data photos/ --quick --json > bench.json

"""

import argparse
import sys
from pathlib import Path

from edgesmith.benchmarks.plan import (
    DEVICES,
    QUICK_SAMPLES,
    QUICK_SECONDS,
    SAMPLES,
    SECONDS,
    BenchmarkPlan,
)
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.engines import ENGINE_NAMES
from edgesmith.runtime.errors import needs_extra


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
        type=one_of(ENGINE_NAMES, what="engine"),
        choices=ENGINE_NAMES,
        help="the engine (the first installed one of a file)",
    )
    parser.add_argument("--device", choices=DEVICES, default="local", help="where to measure (local)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_SAMPLES} samples, however short; else {SAMPLES} and {SECONDS:g} s at least",
    )
    parser.add_argument("--seed", type=int, default=0, help="order of images and turns (0)")
    parser.add_argument("--json", action="store_true", help="print bench.json's document on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Measure, write, and print a table."""
    with needs_extra("bench"):
        from edgesmith.benchmarks.benchmark import bench
        from edgesmith.benchmarks.progress import Silence, TerminalProgress
        from edgesmith.benchmarks.report.render import REPORT_HTML
        from edgesmith.benchmarks.report.table import terminal_table

        result = bench(_plan(arguments), progress=TerminalProgress() if sys.stderr.isatty() else Silence())
    if arguments.json:
        sys.stdout.write(result.to_json())
        return 0
    print(terminal_table(result))
    for warning in result.warnings:
        print(f"warning: {warning.message}", file=sys.stderr)
    print(f"\nreport: {arguments.output / REPORT_HTML}")
    return 0


def _plan(arguments: argparse.Namespace) -> BenchmarkPlan:
    return BenchmarkPlan(
        models=tuple(arguments.models),
        data=arguments.data,
        output=arguments.output,
        threads=arguments.threads,
        engine=arguments.engine,
        device=arguments.device,
        samples=QUICK_SAMPLES if arguments.quick else SAMPLES,
        seconds=QUICK_SECONDS if arguments.quick else SECONDS,
        seed=arguments.seed,
    )


def _threads(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers such as 1,2,4") from error
