from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.browser.live import PhoneBars, PhoneLines, share_done
from edgesmith.benchmarks.plan import BenchmarkPlan

MODELS = ["a.onnx", "b.onnx"]
EVIL = "[red]Ada[/red]\u202e"


def test_how_far_a_phone_is(scripted: Callable[[], Any], plan: BenchmarkPlan, tmp_path: Path) -> None:
    ada = scripted()
    ada.hello()
    assert share_done(ada.kept(tmp_path), plan, models=2) == 0
    ada.load(0, 1)
    for number in range(5):
        ada.block(0, 1, number)
    assert share_done(ada.kept(tmp_path), plan, models=2) == 0.25
    ada.say("failed", model=1, threads_asked=1, stage="load", message="no")
    assert share_done(ada.kept(tmp_path), plan, models=2) == 0.75
    ada.say("done")
    assert share_done(ada.kept(tmp_path), plan, models=2) == 1


def test_lines_say_what_matters_and_obey_nothing(
    scripted: Callable[[], Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = scripted()
    ada.visit(blocks=1)
    ada.say("failed", model=7, threads_asked=1, stage="load", message="\x1b[2J")
    phone = ada.kept(tmp_path, EVIL)
    lines = PhoneLines(MODELS)
    with lines:
        lines.hear(phone, [])
        lines.hear(phone, phone.in_order())
    said = capsys.readouterr().err
    assert "registered" in said
    assert "measures a.onnx, 1 thread" in said
    assert "is done" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_bars_show_names_as_they_are(
    scripted: Callable[[], Any], plan: BenchmarkPlan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = scripted()
    ada.visit(blocks=3)
    phone = ada.kept(tmp_path, EVIL)
    bars = PhoneBars(MODELS, plan)
    with bars:
        bars.hear(phone, [])
        bars.hear(phone, phone.in_order())
    said = capsys.readouterr().err
    assert "[red]Ada[/red]\\u202e" in said
    assert "is done" in said
    with PhoneBars(MODELS, plan):
        pass  # nobody came
