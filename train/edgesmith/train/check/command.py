"""Look a data set over before it is trained on.

DATA is whatever `edgesmith train` takes: DATA/<class>/*, DATA/{train,val,test}/<class>/*, a .npz, .csv or
.tfrecord file, and so on. Every picture is decoded to its end and compared with every other one. An `error` stops a training or makes its numbers wrong; a `warning` makes the
model worse or its numbers doubtful; a `note` is good to know. docs/check.md explains each finding.

The exit code is 0 whatever was found; with --strict it is 3 when there is an error or a warning.

Examples:
  edgesmith check flowers
  edgesmith check flowers --contact-sheet flowers-check.png
  edgesmith check flowers --strict --json > check.json

"""

import argparse
import json
import sys
from pathlib import Path

from edgesmith.runtime.errors import OptionError, needs_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("data", metavar="DATA", help="the folder of images, or another source")
    parser.add_argument("--strict", action="store_true", help="exit 3 when there is an error or a warning")
    parser.add_argument(
        "--contact-sheet", type=Path, metavar="FILE.png", help="write a picture of the suspicious groups"
    )
    parser.add_argument(
        "--examples", type=int, default=5, metavar="N", help="cases shown of each finding in the text (5)"
    )
    parser.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help="the network's input, for which pictures may be small (224)",
    )
    parser.add_argument(
        "--near-distance",
        type=int,
        metavar="N",
        help="pictures look alike when at most N of their hashes' 256 bits differ"
        " (36; 16 for pictures below 64 pixels)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, with complete lists")


def run(arguments: argparse.Namespace) -> int:
    """Check and print; the exit code."""
    if arguments.examples < 0:
        raise OptionError(f"--examples {arguments.examples} is negative", tip="0 shows none")
    with needs_extra("train"):
        from edgesmith.train.check.examine import DEFAULT_IMAGE_SIZE, CheckPlan, examine
        from edgesmith.train.check.sheet import draw_sheet, require_png
        from edgesmith.train.progress import Progress
    if arguments.contact_sheet is not None:
        require_png(arguments.contact_sheet)
    plan = CheckPlan(
        data=arguments.data,
        image_size=DEFAULT_IMAGE_SIZE if arguments.image_size is None else arguments.image_size,
        near_distance=arguments.near_distance,
    )
    report = examine(plan, progress=Progress(sys.stderr))
    if arguments.contact_sheet is not None:
        drawn = draw_sheet(report.findings, root=report.listing.root, file=arguments.contact_sheet)
        sys.stderr.write(f"{arguments.contact_sheet}: {drawn}\n")
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(report.to_text(examples=arguments.examples))
    return 3 if arguments.strict and not report.passes else 0
