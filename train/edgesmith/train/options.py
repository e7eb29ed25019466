"""The options of `edgesmith train`. Free of heavy imports. None stands for what was not given."""

import argparse
from pathlib import Path

from edgesmith.runtime.commands.options import one_of
from edgesmith.train.augmentation.options import add_augmentation_arguments
from edgesmith.train.plan import (
    CLASS_WEIGHTS,
    DEVICE_KINDS,
    DISTRIBUTIONS,
    HEAD_KINDS,
    NETWORK_NAMES,
    OPTIMIZER_NAMES,
    RECIPE_NAMES,
)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Declare everything but DATA, `-o` and what concerns the command line itself."""
    _add_network(parser)
    _add_fitting(parser)
    add_augmentation_arguments(parser)
    _add_machine(parser)


def _add_network(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network")
    group.add_argument(
        "--model",
        metavar="NAME",
        help=f"{', '.join(NETWORK_NAMES)} (see `edgesmith models`), or MODULE:FUNCTION of your own",
    )
    group.add_argument(
        "--image-size",
        type=int,
        metavar="N",
        help="height and width of the input in pixels (default: the network's own)",
    )
    group.add_argument("--alpha", type=float, metavar="A", help="width multiplier of the MobileNets (1.0)")
    group.add_argument(
        "--weights", metavar="imagenet|none|FILE", help="to start from: a .h5, .weights.h5 or .keras file"
    )
    group.add_argument("--channels", type=int, choices=(1, 3), help="1: grey, 3: RGB (the network's own)")
    group.add_argument(
        "--head",
        type=one_of(HEAD_KINDS, what="kind of head"),
        choices=HEAD_KINDS,
        help="for two classes: two outputs of a softmax (default), or one of a sigmoid",
    )


def _add_fitting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("fitting", "where nothing is given, the recipe decides")
    group.add_argument(
        "--recipe",
        type=one_of(RECIPE_NAMES, what="recipe"),
        choices=RECIPE_NAMES,
        help="how to train (default: features; scratch where there are no pretrained weights)",
    )
    group.add_argument("--epochs", type=int, metavar="N", help="the most epochs of the last stage")
    group.add_argument(
        "--patience", type=int, metavar="N", help="epochs without a better one after which it ends"
    )
    group.add_argument("--batch-size", type=int, metavar="N", help="images a step (32)")
    group.add_argument(
        "--optimizer", type=one_of(OPTIMIZER_NAMES, what="optimizer"), choices=OPTIMIZER_NAMES, help="(adam)"
    )
    group.add_argument("--learning-rate", type=float, metavar="R", help="at the begin of the last stage")
    group.add_argument(
        "--head-learning-rate", type=float, metavar="R", help="finetune: of the head's stage (0.001)"
    )
    group.add_argument(
        "--unfreeze-from",
        metavar="LAYER|SHARE",
        help="finetune: train from this layer or block on, block_13_expand or block_13 for one, or this share (1)",
    )
    group.add_argument("--dropout", type=float, metavar="S", help="share of the features left out at random")
    group.add_argument(
        "--label-smoothing", type=float, metavar="S", help="share of the target spread over all classes (0)"
    )
    group.add_argument(
        "--class-weights",
        type=one_of(CLASS_WEIGHTS, what="class weights"),
        choices=CLASS_WEIGHTS,
        help="balanced: every class counts the same, however many images it has (none)",
    )
    group.add_argument("--teacher", type=Path, metavar="RUN", help="distill: the RUN to learn from")
    group.add_argument(
        "--temperature", type=float, metavar="T", help="distill: softens the teacher's answers (4)"
    )
    group.add_argument(
        "--seed", type=int, metavar="N", help="decides on the split, the start and the order (0)"
    )


def _add_machine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--device",
        type=one_of(DEVICE_KINDS, what="device"),
        choices=DEVICE_KINDS,
        help="what to train on (auto: GPUs where there are any)",
    )
    group.add_argument(
        "--distribute",
        type=one_of(DISTRIBUTIONS, what="distribution"),
        choices=DISTRIBUTIONS,
        help="mirrored: all GPUs of this host; hosts: several machines, with the extra `hosts` (none)",
    )
    group.add_argument("--coordinator", metavar="HOST:PORT", help="hosts: where host 0 is reached")
    group.add_argument("--hosts", type=int, metavar="N", help="hosts: how many there are")
    group.add_argument("--host-index", type=int, metavar="I", help="hosts: which one this is, from 0")
