import json
from dataclasses import replace
from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.strict import from_json
from edgesmith.train.augmentation.settings import LIMITS, PHOTOS, PRESETS, SYMBOLS, Augmentation


def with_knob(name: str, value: Any) -> Augmentation:
    return replace(Augmentation(), **{name: value})


@pytest.mark.parametrize("name", LIMITS)
def test_limit_is_allowed_and_what_lies_beyond_is_not(name: str) -> None:
    assert getattr(with_knob(name, LIMITS[name]), name) == LIMITS[name]
    for value in (LIMITS[name] * 1.01, -0.1, float("nan")):
        with pytest.raises(OptionError, match=name.replace("_", " ")):
            with_knob(name, value)


def test_message_states_value_and_range() -> None:
    with pytest.raises(OptionError, match="200 as rotation is outside 0 to 180"):
        Augmentation(rotation=200)
    with pytest.raises(OptionError, match="0 as mixup is outside above 0 to 1"):
        Augmentation(mixup=0)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_json_reads_back(preset: Augmentation) -> None:
    document = json.loads(json.dumps(preset.to_json()))

    assert from_json(Augmentation, document, where="run.json") == preset


def test_photos_are_mirrored_and_symbols_are_not() -> None:
    assert PHOTOS.horizontal_flip
    assert not SYMBOLS.horizontal_flip
