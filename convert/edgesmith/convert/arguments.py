"""The options of `edgesmith convert`, and the plan they make."""

import argparse
from pathlib import Path

from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.plan import DEFAULT_PRECISIONS, ConversionPlan
from edgesmith.convert.quantization.scheme import (
    CALIBRATION_METHODS,
    DEFAULT_SCHEME,
    ROUNDINGS,
    Scheme,
)
from edgesmith.convert.tflite.boundary import BOUNDARY_TYPES
from edgesmith.runtime.commands.options import one_of
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.spec import MODEL_FORMATS, PRECISIONS


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
        type=one_of(PRECISIONS, what="precision"),
        choices=PRECISIONS,
        default=DEFAULT_PRECISIONS,
        help="what to write (float32 int8); int16x8 and mixed only as .tflite",
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
    parser.add_argument(
        "--custom",
        nargs="+",
        metavar="MODULE",
        default=[],
        help="Python modules with the model's own layers; they are imported, that is, executed",
    )
    _add_normalisation(parser)
    _add_quantization(parser)
    _add_guard(parser)
    parser.add_argument(
        "--jobs", type=int, default=2, help="files to measure at a time, while others are made (2)"
    )
    parser.add_argument("--seed", type=int, default=0, help="draws the calibration images (0)")
    parser.add_argument("--json", action="store_true", help="print convert.json on stdout")


def plan_of(arguments: argparse.Namespace) -> ConversionPlan:
    """The plan that the parsed options ask for. Raises `OptionError` for values that do not fit."""
    return ConversionPlan(
        model=arguments.model,
        output=arguments.output,
        precisions=tuple(dict.fromkeys(arguments.precision)),
        formats=tuple(dict.fromkeys(arguments.format)),
        calibration=arguments.calibration,
        evaluate=arguments.evaluate,
        labels=arguments.labels,
        normalisation=_normalisation(arguments),
        scheme=_scheme(arguments),
        keep_float=tuple(arguments.keep_float),
        goal=_goal(arguments),
        guard=arguments.guard,
        io=arguments.io,
        x86_safe=arguments.x86_safe,
        custom=tuple(arguments.custom),
        jobs=arguments.jobs,
        seed=arguments.seed,
    )


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


def _add_quantization(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "int8", "the defaults are right for most models; see docs/conversion.md for what each option is worth"
    )
    group.add_argument(
        "--io",
        type=one_of(BOUNDARY_TYPES, what="input and output type"),
        choices=BOUNDARY_TYPES,
        default="uint8",
        help="type of an int8 file's input and output (uint8)",
    )
    group.add_argument(
        "--calibration-method",
        type=one_of(CALIBRATION_METHODS, what="calibration method"),
        choices=CALIBRATION_METHODS,
        default=DEFAULT_SCHEME.calibration_method,
        help=f"how ranges follow from the images ({DEFAULT_SCHEME.calibration_method})",
    )
    group.add_argument(
        "--rounding",
        type=one_of(ROUNDINGS, what="rounding"),
        choices=ROUNDINGS,
        default=DEFAULT_SCHEME.rounding,
        help=f"how weights get their codes ({DEFAULT_SCHEME.rounding})",
    )
    group.add_argument(
        "--equalize", action="store_true", help="level weight ranges across layers before rounding"
    )
    group.add_argument(
        "--keep-float",
        nargs="+",
        metavar="PATTERN",
        default=[],
        help="operators that stay float under --precision mixed: names as in convert.json, * for any part",
    )
    group.add_argument(
        "--x86-safe",
        action="store_true",
        help="int8 .onnx with uint8 weights: right on x86 without VNNI in any program, and slower elsewhere",
    )


def _add_guard(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "guard", "climb from one way of making int8 to the next until it is good enough"
    )
    goal = group.add_mutually_exclusive_group()
    goal.add_argument(
        "--max-drop",
        type=float,
        metavar="POINTS",
        help="top-1 at most so far below float, on labelled images",
    )
    goal.add_argument(
        "--min-agreement", type=float, metavar="PERCENT", help="share of images with float's best class"
    )
    group.add_argument(
        "--guard",
        metavar="DIR",
        type=Path,
        help="images to judge on (the RUN's validation split, or what calibration left of its folder)",
    )


def _goal(arguments: argparse.Namespace) -> Goal | None:
    if arguments.max_drop is None and arguments.min_agreement is None:
        return None
    return Goal(max_drop=arguments.max_drop, min_agreement=arguments.min_agreement)


def _scheme(arguments: argparse.Namespace) -> Scheme:
    return Scheme(
        calibration_method=arguments.calibration_method,
        rounding=arguments.rounding,
        equalized=arguments.equalize,
    )


def _normalisation(arguments: argparse.Namespace) -> ExternalNormalisation:
    if arguments.scale is not None:
        if arguments.scale == 0:
            raise OptionError("--scale 0 leaves nothing of the image", tip="--scale 0.00392157 is --std 255")
        std = (1 / arguments.scale,)
    else:
        std = tuple(arguments.std or [1.0])
    return ExternalNormalisation(mean=tuple(arguments.mean), std=std)
