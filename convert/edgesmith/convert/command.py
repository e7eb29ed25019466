"""Convert a trained model to .tflite and .onnx, in float32 and in int8, and measure every file.

MODEL is a RUN folder of `edgesmith train`, a Keras file (.keras, or Keras 2's .h5), a SavedModel folder or a
float .tflite. int8 is calibrated on 100 images: the RUN's training images, or those below --calibration.
Parity and accuracy are measured on the RUN's test split, or on --evaluate.

Examples:
  edgesmith convert runs/flowers -o deploy/flowers
  edgesmith convert runs/flowers -o deploy/flowers --precision int8 --format tflite
  edgesmith convert old.h5 -o deploy/old --labels labels.txt --mean 127.5 --std 127.5 --precision float32
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

from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.plan import WRITABLE_PRECISIONS, ConversionPlan
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError, needs_extra
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.spec import MODEL_FORMATS

if TYPE_CHECKING:
    from edgesmith.convert.conversion import Report
    from edgesmith.convert.record import ConversionRecord


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "model",
        metavar="MODEL",
        type=Path,
        help="RUN folder, .keras, .h5 or float .tflite file, or SavedModel folder",
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
    parser.add_argument(
        "--labels",
        metavar="FILE",
        type=Path,
        help="one label a line, in output order; a RUN and a .tflite of edgesmith bring their own",
    )
    _add_normalisation(parser)
    parser.add_argument("--seed", type=int, default=0, help="draws the calibration images (0)")
    parser.add_argument("--json", action="store_true", help="print convert.json on stdout")


def _add_normalisation(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "normalisation outside of the model",
        "for models whose input is not raw pixels 0..255 but (raw - mean) / std; one number, or one a channel",
    )
    group.add_argument(
        "--mean", nargs="+", type=float, default=[0.0], metavar="M", help="in raw pixel units (0)"
    )
    deviation = group.add_mutually_exclusive_group()
    deviation.add_argument("--std", nargs="+", type=float, metavar="S", help="in raw pixel units (1)")
    deviation.add_argument(
        "--scale", type=float, metavar="F", help="a factor instead: --scale 0.00392157 is --std 255"
    )


def _normalisation(arguments: argparse.Namespace) -> ExternalNormalisation:
    if arguments.scale is not None:
        if arguments.scale == 0:
            raise OptionError("--scale 0 leaves nothing of the image")
        std = (1 / arguments.scale,)
    else:
        std = tuple(arguments.std or [1.0])
    return ExternalNormalisation(mean=tuple(arguments.mean), std=std)


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
        normalisation=_normalisation(arguments),
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
