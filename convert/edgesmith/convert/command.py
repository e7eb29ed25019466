"""Convert a trained model to .tflite and .onnx, in float32 and in int8, and measure every file.

MODEL is a RUN folder of `edgesmith train`, a Keras file (.keras, or Keras 2's .h5), a SavedModel folder or a
float .tflite. int8 is calibrated on 100 images: the RUN's training images, or those below --calibration.
Parity and accuracy are measured on the RUN's test split, or on --evaluate. With a goal (--max-drop or
--min-agreement) int8 is made better, step by step, until it holds; exit 3 when nothing reaches it.

Examples:
  edgesmith convert runs/flowers -o deploy/flowers
  edgesmith convert runs/flowers -o deploy/flowers --precision int8 --format tflite
  edgesmith convert old.h5 -o deploy/old --labels labels.txt --mean 127.5 --std 127.5 --precision float32
  edgesmith convert my.keras -o deploy/my --labels labels.txt --calibration photos/train --evaluate photos/test
  edgesmith convert runs/flowers -o deploy/flowers --max-drop 0.5
  edgesmith convert runs/flowers -o deploy/flowers --precision float32 float16 dynamic int8 int16x8

"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgesmith.convert.arguments import add_arguments, plan_of
from edgesmith.runtime.errors import GateError, needs_extra
from edgesmith.runtime.nativelog import without_chatter

if TYPE_CHECKING:
    from edgesmith.convert.progress import Report
    from edgesmith.convert.record import ConversionRecord

__all__ = ["add_arguments", "run"]


def run(arguments: argparse.Namespace) -> int:
    """Convert and print the table."""
    plan = plan_of(arguments)
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow warns that each rung of the guard traces the graph once more; it has to.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with needs_extra("convert"), _progress() as report, without_chatter():
        from edgesmith.convert.conversion import convert
        from edgesmith.convert.table import table_lines

        record = convert(plan, report=report)
    if arguments.json:
        print(json.dumps(record.to_json(), indent=2, ensure_ascii=False))
    else:
        for line in table_lines(record, plan.output):
            print(line)
    for warning in record.warnings:
        print(f"edgesmith convert: warning: {warning}", file=sys.stderr)
    _require_goal(record)
    return 0


def _require_goal(record: "ConversionRecord") -> None:
    if record.guard is not None and not record.guard.met:
        raise GateError(
            f"int8 is not {record.guard.goal}: the best found is {record.guard.chosen.rung.name}",
            tip="the files are written, with that; convert.json says what was tried and which operators are to blame",
        )


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
