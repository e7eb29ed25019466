"""The climb itself, with scripted rungs: where it stops, what it builds on, what it keeps when nothing holds."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edgesmith.convert.guard import climb as module
from edgesmith.convert.guard.climb import Climb, HeldOut, climb
from edgesmith.convert.guard.goal import Goal
from edgesmith.convert.quantization.scheme import DEFAULT_SCHEME, Scheme

IMAGES = 100
PIXELS = np.zeros((IMAGES, 1, 1, 1), np.uint8)
FLOAT = np.tile(np.array([0.75, 0.25], np.float32), (IMAGES, 1))
HELD_OUT = HeldOut(pixels=PIXELS, reference=FLOAT, classes=(0,) * IMAGES, kind="validation")


def scores(wrong: int) -> np.ndarray:
    """Float's scores, but for the first images, which flip."""
    found = FLOAT.copy()
    found[:wrong] = found[:wrong, ::-1]
    return found


@pytest.fixture
def climbed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Climb with so many wrong images by rung; collects the schemes that were tried."""
    tried: list[Scheme] = []

    def run(wrong: list[int], goal: Goal) -> tuple[Climb, list[Scheme]]:
        def quantize(graph: Any, images: Any, scheme: Scheme, progress: Any) -> Any:
            tried.append(scheme)
            return SimpleNamespace(graph=SimpleNamespace(operators=[None] * 20))

        monkeypatch.setattr(module, "quantize", quantize)
        monkeypatch.setattr(module, "write_int8", lambda quantized: b"int8")
        monkeypatch.setattr(
            module, "flatbuffer_scores", lambda flatbuffer, pixels, classes: scores(wrong[len(tried) - 1])
        )
        monkeypatch.setattr(module, "quantization_errors", lambda quantized, images: ERRORS)
        monkeypatch.setattr(
            module,
            "worst_operators",
            lambda quantized, errors, count: KEPT if count == 1 else KEPT | {"first"},
        )
        graph: Any = None  # nothing real looks at it
        found = climb(graph, PIXELS, HELD_OUT, goal, DEFAULT_SCHEME, report=lambda stage, share: None)
        return found, tried

    return run


KEPT = frozenset({"depthwise"})
ERRORS = SimpleNamespace(
    operators=[
        SimpleNamespace(output=name, alone_snr_db=level, advice=advice)
        for name, level, advice in (("first", 12.0, "help"), ("fine", 40.0, None), ("depthwise", 3.0, "help"))
    ]
)


def test_the_first_rung_that_holds_is_the_last_tried(climbed: Any) -> None:
    found, tried = climbed([3, 1, 0, 0, 0, 0], Goal(max_drop=1.0))
    assert [attempt.rung.name for attempt in found.attempts] == ["bias correction", "data-aware rounding"]
    assert found.met
    assert found.chosen is found.attempts[1]
    assert len(tried) == 2


def test_a_first_rung_that_holds_has_nothing_wrong(climbed: Any) -> None:
    found, _ = climbed([0] * 6, Goal(min_agreement=100.0))
    assert (len(found.attempts), found.wrong) == (1, ())


def test_the_best_is_kept_when_none_holds(climbed: Any) -> None:
    found, _ = climbed([9, 5, 7, 6, 4, 8], Goal(max_drop=1.0))
    assert not found.met
    assert found.chosen is found.attempts[4]
    assert len(found.attempts) == 6
    assert [error.output for error in found.wrong] == ["depthwise", "first"]


def test_rungs_build_on_the_closest_so_far(climbed: Any) -> None:
    """Rounding helps, equalization harms: what follows has the first and not the second."""
    _, tried = climbed([9, 5, 7, 6, 6, 6], Goal(max_drop=1.0))
    assert tried[2] == Scheme(rounding="data-aware", equalized=True)
    assert tried[3] == Scheme(rounding="data-aware", keep_float=KEPT)


def test_json_has_every_rung(climbed: Any) -> None:
    found, _ = climbed([3, 1, 0, 0, 0, 0], Goal(max_drop=1.0))
    content = Climb(
        goal=found.goal,
        attempts=found.attempts,
        chosen=found.chosen,
        wrong=(),
        images_from=found.images_from,
    ).to_json()
    assert {"max_drop", "min_agreement", "met", "chosen", "images_from", "ladder", "wrong"} == set(content)
    assert [rung["holds"] for rung in content["ladder"]] == [False, True]
    first = content["ladder"][0]
    assert (first["images"], first["agreement"], first["drop"], first["bytes"]) == (100, 0.97, 3.0, 4)
