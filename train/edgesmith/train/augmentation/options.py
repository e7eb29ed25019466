"""The knobs of augmentation on the command line. Free of heavy imports."""

import argparse
from dataclasses import fields, replace
from pathlib import Path

from edgesmith.runtime.commands.options import one_of
from edgesmith.train.augmentation.settings import LIMITS, PRESET_NAMES, PRESETS, Augmentation

# What stands for the value in the help, and what the knob does.
_KNOBS: dict[str, tuple[str, str]] = {
    "rotation": ("DEG", "turn by up to this many degrees, either way"),
    "width_shift": ("S", "shift sideways by up to this share of the width"),
    "height_shift": ("S", "shift up or down by up to this share of the height"),
    "shear": ("DEG", "slant by up to this many degrees"),
    "zoom": ("S", "show up to this share more or less of the picture"),
    "brightness": ("S", "add or take up to this share of full brightness"),
    "contrast": ("S", "raise or lower contrast by up to this share"),
    "rand_augment": ("M", "RandAugment of this magnitude"),
    "mixup": ("A", "MixUp with this alpha: blend pairs of images and their labels"),
    "cutmix": ("A", "CutMix with this alpha: paste a part of one image into another"),
}

PREVIEW_FILE = Path("augmentation.png")


def add_augmentation_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--augmentation`, its knobs and `--preview-augmentation`, as a group of their own."""
    group = parser.add_argument_group(
        "augmentation", "random changes to the training images; a knob replaces that of the preset"
    )
    group.add_argument(
        "--augmentation",
        type=one_of(PRESET_NAMES, what="augmentation"),
        choices=PRESET_NAMES,
        help="the preset to start from (default: the recipe's); symbols: digits, letters, signs, never mirrored",
    )
    for name, (value, text) in _KNOBS.items():
        group.add_argument(
            f"--{name.replace('_', '-')}", type=float, metavar=value, help=f"{text}; at most {LIMITS[name]:g}"
        )
    group.add_argument(
        "--flip",
        dest="horizontal_flip",
        action=argparse.BooleanOptionalAction,
        help="mirror every second image left to right",
    )
    group.add_argument(
        "--preview-augmentation",
        type=Path,
        nargs="?",
        const=PREVIEW_FILE,
        metavar="FILE.png",
        help=f"write a sheet of training images and what becomes of them ({PREVIEW_FILE}), and train nothing",
    )


def stated_augmentation(arguments: argparse.Namespace, *, default: Augmentation) -> Augmentation:
    """The preset that was named, else `default`, with the knobs that were given.

    Raises `OptionError` for a value outside its range.
    """
    base = default if arguments.augmentation is None else PRESETS[arguments.augmentation]
    given = {field.name: getattr(arguments, field.name) for field in fields(Augmentation)}
    return replace(base, **{name: value for name, value in given.items() if value is not None})
