from dataclasses import replace
from typing import Any

import pytest

from edgesmith.cli.init.choose import choose
from edgesmith.cli.init.seen import Seen, seen_in
from edgesmith.train.check.listing import WHOLE

PHOTOS = Seen(
    labels=("cat", "dog"),
    train=400,
    val=50,
    test=50,
    drawn=True,
    short_side=600,
    grey=False,
    balanced=True,
    errors=(),
)


def chosen(seen: Seen) -> dict[str, Any]:
    return {key: choice.value for key, choice in choose(seen).model.items()}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (PHOTOS, {"network": "efficientnet_lite0", "recipe": "features", "image_size": 224, "epochs": 60}),
        (replace(PHOTOS, train=2400), {"recipe": "finetune", "epochs": 5, "image_size": 224}),
        (replace(PHOTOS, short_side=150), {"recipe": "features", "image_size": 128}),
        (replace(PHOTOS, short_side=28, grey=True), {"network": "efficientnet_lite0", "image_size": 96}),
        (
            replace(PHOTOS, train=5000, short_side=28, grey=True),
            {
                "network": "separable_small",
                "recipe": "scratch",
                "image_size": 32,
                "channels": 1,
                "epochs": 10,
            },
        ),
        (
            replace(PHOTOS, train=3000, short_side=50),
            {"network": "separable_small", "recipe": "scratch-augment", "image_size": 56, "epochs": 30},
        ),
        (replace(PHOTOS, balanced=False), {"class_weights": "balanced"}),
    ],
    ids=["few photos", "many", "smaller", "few small", "many small grey", "many small", "unbalanced"],
)
def test_what_fits(seen: Seen, expected: dict[str, Any]) -> None:
    found = chosen(seen)
    assert {key: found.get(key) for key in expected} == expected


def test_channels_are_left_to_the_network_where_pictures_have_colours() -> None:
    assert "channels" not in chosen(PHOTOS)
    assert "class_weights" not in chosen(PHOTOS)


def test_every_choice_has_a_reason() -> None:
    for seen in (PHOTOS, replace(PHOTOS, train=5000, short_side=28, grey=True, balanced=False)):
        choices = choose(seen)
        assert all(choice.why for choice in (*choices.model.values(), *choices.convert.values()))


@pytest.mark.parametrize(
    ("val", "test", "value", "why"),
    [
        (
            199,
            199,
            None,
            "there are 199 test images, and 200 are needed. 90 % right of 199 would mean 85.0 to 93.4 %",
        ),
        (150, 300, None, "there are 150 validation images"),
        (300, 20, None, "there are 20 test images"),
        (0, 300, None, "Without any, nothing can be said about accuracy"),
        (200, 300, 1.0, "on 200 validation images one point is 2 of them"),
    ],
)
def test_a_guard_needs_200_images(val: int, test: int, value: float | None, why: str) -> None:
    guard = choose(replace(PHOTOS, val=val, test=test)).convert["max_drop"]
    assert guard.value == value
    assert why in guard.why
    if value is None:
        assert "points wide" in guard.why or "nothing can be said" in guard.why


def document(counts: dict[str, dict[str, int]], test: int, **pictures: int) -> dict[str, Any]:
    return {
        "labels": ["cat", "dog"],
        "counts": counts,
        "test": {"images": test, "interval_at_90": None},
        "pictures": pictures or None,
        "findings": [
            {"kind": "imbalance", "severity": "warning", "what": "unbalanced"},
            {"kind": "leak", "severity": "error", "what": "a leak"},
        ],
    }


def test_a_folder_without_splits_will_be_drawn_from() -> None:
    found = seen_in(
        document({WHOLE: {"cat": 60, "dog": 40}}, 10, readable=100, grey=100, median_short_side=28)
    )
    assert (found.train, found.val, found.test, found.drawn, found.judged) == (80, 10, 10, True, 10)
    assert (found.grey, found.short_side, found.balanced, found.errors) == (True, 28, False, ("a leak",))


def test_splits_are_counted_and_a_missing_val_is_drawn() -> None:
    counts = {"train": {"cat": 60, "dog": 40}, "test": {"cat": 20, "dog": 20}}
    found = seen_in(document(counts, 40, readable=140, grey=1, median_short_side=600))
    assert (found.train, found.val, found.test, found.drawn) == (100, 10, 40, False)
    assert not found.grey
    own = seen_in(document(counts | {"val": {"cat": 3, "dog": 4}}, 40))
    assert (own.val, own.judged) == (7, 7)
