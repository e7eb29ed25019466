"""Show what a network sees: activations, what its filters look for, and heat maps over the image.

MODEL is a RUN folder of `edgesmith train`, a .keras file, or a .tflite or .onnx written by edgesmith. A
deployed file has no gradients: its heat maps hide parts of the image in turn. DIR gets explain.html with
everything inside, the pictures as PNG, and explain.json.

Examples:
  edgesmith explain runs/flowers tulip.jpg rose.jpg -o seen
  edgesmith explain runs/flowers tulip.jpg -o seen --show heatmaps --class tulips --layer block13_project_conv
  edgesmith explain my.keras photo.jpg -o seen --show filters --filter-layer base/block_13_expand
  edgesmith explain flowers-int8.tflite tulip.jpg -o seen
  edgesmith explain --compare flowers-float32.tflite flowers-int8.tflite tulip.jpg -o seen
  edgesmith explain --mistakes runs/flowers -o mistakes

"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgesmith.convert.explain.plan import METHODS, PICTURE_KINDS, ExplainPlan
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError, needs_extra
from edgesmith.runtime.imagefolder import list_images
from edgesmith.runtime.nativelog import without_chatter

if TYPE_CHECKING:
    from edgesmith.convert.explain.explaining import Report
    from edgesmith.convert.explain.result import Explanation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "words",
        metavar="MODEL|IMAGE",
        nargs="+",
        type=Path,
        help="the model, then images or folders of images",
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="a new folder to write"
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--compare", action="store_true", help="the first two words are .tflite files: what differs inside"
    )
    mode.add_argument(
        "--mistakes", action="store_true", help="MODEL is a RUN: the ten worst mistakes of its test split"
    )
    _add_choices(parser)
    parser.add_argument("--labels", metavar="FILE", type=Path, help="one label a line, for a .keras file")
    parser.add_argument("--seed", type=int, default=0, help="of the noise that filter patterns grow from (0)")
    parser.add_argument("--json", action="store_true", help="print explain.json on stdout")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    kinds = f"{', '.join(PICTURE_KINDS)} (all that the model allows)"
    methods = f"of heat maps: {', '.join(METHODS)} (the first two; occlusion for deployed files)"
    named: tuple[tuple[str, Sequence[str], str, str], ...] = (
        ("--show", PICTURE_KINDS, "kind of picture", kinds),
        ("--method", METHODS, "method", methods),
    )
    for flag, known, what, text in named:
        parser.add_argument(
            flag,
            nargs="+",
            metavar=flag[2:].upper(),
            type=one_of(known, what=what),
            choices=known,
            help=text,
        )
    parser.add_argument(
        "--class", dest="classes", nargs="+", default=[], metavar="NAME", help="classes to explain (the best)"
    )
    parser.add_argument("--top", type=int, default=2, metavar="K", help="without --class: how many (2)")
    parser.add_argument(
        "--layer", metavar="NAME", help="whose map Grad-CAM and Score-CAM use (the last convolutional one)"
    )
    parser.add_argument(
        "--filter-layer",
        nargs="+",
        default=[],
        metavar="NAME",
        help="whose filters to show (one of middle depth)",
    )
    parser.add_argument("--filters", type=int, default=16, metavar="N", help="filters a layer (16)")
    parser.add_argument("--channels", type=int, default=64, metavar="N", help="most channels of a grid (64)")


def run(arguments: argparse.Namespace) -> int:
    """Explain and print where to look."""
    plan, second = _plan(arguments)
    # Of TensorFlow's C++ messages, level 2 leaves the errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with needs_extra("convert"), _progress() as report, without_chatter():
        from edgesmith.convert.explain.explaining import explain, explain_difference, explain_mistakes

        if second is not None:
            explanation = explain_difference(plan, second, report=report)
        elif arguments.mistakes:
            explanation = explain_mistakes(plan, report=report)
        else:
            explanation = explain(plan, report=report)
    if arguments.json:
        print(json.dumps(explanation.to_json(), indent=2, ensure_ascii=False))
    else:
        _print_summary(explanation, plan.output)
    return 0


def _plan(arguments: argparse.Namespace) -> tuple[ExplainPlan, Path | None]:
    """The plan, and the second file of a comparison."""
    model, *images = arguments.words
    second = None
    if arguments.compare:
        if not images:
            raise OptionError("--compare needs two files", tip="--compare float.tflite int8.tflite IMAGE")
        second, *images = images
    if arguments.mistakes and images:
        raise OptionError(
            f"--mistakes takes its images from the RUN, not {str(images[0])!r}", tip="name the RUN alone"
        )
    plan = ExplainPlan(
        model=model,
        images=tuple(file for path in images for file in (list_images(path) if path.is_dir() else [path])),
        output=arguments.output,
        kinds=_given(arguments.show),
        methods=_given(arguments.method),
        classes=tuple(arguments.classes),
        top=arguments.top,
        layer=arguments.layer,
        filter_layers=tuple(arguments.filter_layer),
        filters=arguments.filters,
        channels=arguments.channels,
        labels=arguments.labels,
        seed=arguments.seed,
    )
    return plan, second


def _given(names: list[Any] | None) -> tuple[Any, ...] | None:
    return None if names is None else tuple(dict.fromkeys(names))


@contextmanager
def _progress() -> "Iterator[Report]":
    from rich.console import Console

    # The terminal by a descriptor of its own, since `without_chatter` holds back the usual one.
    with os.fdopen(os.dup(sys.stderr.fileno()), "w") as terminal:
        console = Console(file=terminal)
        if not console.is_terminal:
            yield lambda stage: None
            return
        with console.status("loading") as status:
            yield status.update


def _print_summary(explanation: "Explanation", output: Path) -> None:
    from edgesmith.convert.explain.page import PAGE, verdict

    for line in verdict(explanation):
        print(line)
    seconds = sum(explanation.seconds.values())
    print(f"\n{output / PAGE} in {seconds:.1f} s")
