"""Convert a trained model to .tflite and .onnx, in float32 and in int8, and measure every file.

MODEL is a RUN folder of `edgesmith train`, a .keras file or a SavedModel folder. int8 is calibrated on 100
images: the RUN's training images, or those below --calibration. Parity and accuracy are measured on the
RUN's test split, or on --evaluate.

Examples:
  edgesmith convert runs/flowers -o deploy/flowers
  edgesmith convert runs/flowers -o deploy/flowers --precision int8 --format tflite
  edgesmith convert my.keras -o deploy/my --labels labels.txt --calibration photos/train --evaluate photos/test

"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edgesmith.convert.plan import WRITABLE_PRECISIONS, ConversionPlan
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import needs_extra
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.spec import MODEL_FORMATS

if TYPE_CHECKING:
    from edgesmith.convert.conversion import Report
    from edgesmith.convert.record import ConversionRecord


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "model", metavar="MODEL", type=Path, help="RUN folder, .keras file or SavedModel folder"
    )
    parser.add_argument(
        "-o", "--output", metavar="DEPLOY", type=Path, required=True, help="a new folder to write"
    )
    parser.add_argument(
        "--precision",
        nargs="+",
        type=one_of(WRITABLE_PRECISIONS, what="precision"),
        choices=WRITABLE_PRECISIONS,
        default=WRITABLE_PRECISIONS,
        help="what to write (both)",
    )
    parser.add_argument(
        "--format",
        nargs="+",
        type=one_of(MODEL_FORMATS, what="format"),
        choices=MODEL_FORMATS,
        default=MODEL_FORMATS,
        help="in which format (both)",
    )
    parser.add_argument(
        "--calibration", metavar="DIR", type=Path, help="images to find int8 ranges on; labels ignored"
    )
    parser.add_argument("--evaluate", metavar="DIR", type=Path, help="labelled images to measure on")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="one label a line, in output order")
    parser.add_argument("--seed", type=int, default=0, help="draws the calibration images (0)")
    parser.add_argument("--json", action="store_true", help="print convert.json on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Convert and print the table."""
    plan = ConversionPlan(
        model=arguments.model,
        output=arguments.output,
        precisions=tuple(dict.fromkeys(arguments.precision)),
        formats=tuple(dict.fromkeys(arguments.format)),
        calibration=arguments.calibration,
        evaluate=arguments.evaluate,
        labels=arguments.labels,
        seed=arguments.seed,
    )
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with needs_extra("convert"), _progress() as report, without_chatter():
        from edgesmith.convert.conversion import convert

        record = convert(plan, report=report)
    if arguments.json:
        print(json.dumps(record.to_json(), indent=2, ensure_ascii=False))
    else:
        _print_table(record, plan.output)
    return 0


@contextmanager
def _progress() -> "Iterator[Report]":
    from rich.console import Console
    from rich.progress import Progress

    # The terminal by a descriptor of its own, since `without_chatter` holds back the usual one.
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal,
        Progress(
            console=Console(file=terminal),
            transient=True,
            disable=not sys.stderr.isatty(),
            redirect_stderr=False,
        ) as bar,
    ):
        task = bar.add_task("starting", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def _print_table(record: "ConversionRecord", output: Path) -> None:
    header = ("file", "KiB", "int8", "top-1", "agreement", "max diff", "identical")
    rows = [header, *record.rows()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(f"\n{output}: {len(record.files)} files in {record.seconds:.1f} s; see convert.md")
