import argparse
from pathlib import Path

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.augmentation.options import add_augmentation_arguments, stated_augmentation
from edgesmith.train.augmentation.settings import PHOTOS, SYMBOLS, Augmentation


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_augmentation_arguments(parser)
    return parser.parse_args(words)


def stated(*words: str) -> Augmentation:
    return stated_augmentation(parse(*words), default=PHOTOS)


def test_nothing_said_leaves_the_default() -> None:
    assert stated() == PHOTOS


def test_preset_replaces_the_default() -> None:
    assert stated("--augmentation", "symbols") == SYMBOLS
    assert stated("--augmentation", "none") == Augmentation()


def test_every_knob_reaches_its_field() -> None:
    words = "--rotation 1 --width-shift .2 --height-shift .3 --shear 4 --zoom .5 --flip --brightness .6"
    more = "--contrast .7 --rand-augment 8 --mixup .9 --cutmix 1"

    assert stated("--augmentation", "none", *words.split(), *more.split()) == Augmentation(
        rotation=1,
        width_shift=0.2,
        height_shift=0.3,
        shear=4,
        zoom=0.5,
        horizontal_flip=True,
        brightness=0.6,
        contrast=0.7,
        rand_augment=8,
        mixup=0.9,
        cutmix=1,
    )


def test_knob_can_be_turned_off() -> None:
    assert not stated("--no-flip").horizontal_flip
    assert stated("--rotation", "0").rotation == 0


def test_value_outside_its_range_is_refused() -> None:
    with pytest.raises(OptionError, match="zoom"):
        stated("--zoom", "3")


def test_unknown_preset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match="no augmentation 'photo'") as caught:
        parse("--augmentation", "photo")
    assert "photos" in str(caught.value.tip)


def test_preview_has_a_file_of_its_own_or_the_named_one() -> None:
    assert parse().preview_augmentation is None
    assert parse("--preview-augmentation").preview_augmentation == Path("augmentation.png")
    assert parse("--preview-augmentation", "a.png").preview_augmentation == Path("a.png")
