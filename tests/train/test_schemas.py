"""What `train`, `check` and `models` write is what docs/schemas says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli import main

Conforms = Callable[[Any], None]
Capture = pytest.CaptureFixture[str]
Draw = Callable[..., Path]

TINY = ["--model", "separable_small", "--image-size", "32", "--epochs", "1", "--batch-size", "8"]


def test_a_training(three_splits: Path, tmp_path: Path, conforms: Conforms, capfd: Capture) -> None:
    run = tmp_path / "run"
    words = [*TINY, "--recipe", "scratch-augment", "--json"]
    assert main(["train", str(three_splits), "-o", str(run), *words]) == 0
    printed, record = json.loads(capfd.readouterr().out), json.loads((run / "run.json").read_text())

    conforms(printed)
    conforms(record)
    record["plan"]["augmentation"] = None  # as the recipes without it write
    conforms(record)


def test_check_with_findings_of_every_shape(
    three_splits: Path, draw: Draw, tmp_path: Path, conforms: Conforms, capsys: Capture
) -> None:
    sound, poor = three_splits, draw(tmp_path / "poor", "red", "blue", count=3)
    (poor / "red" / "damaged.jpg").write_bytes(b"no picture")
    (poor / "blue" / "same.png").write_bytes((poor / "red" / "0.png").read_bytes())
    for data in (sound, poor):
        assert main(["check", str(data), "--json"]) == 0
        conforms(json.loads(capsys.readouterr().out))


def test_models(conforms: Conforms, capsys: Capture) -> None:
    assert main(["models", "--json"]) == 0
    conforms(json.loads(capsys.readouterr().out))


def test_models_export(
    tmp_path: Path, conforms: Conforms, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgesmith.train.models.command.export", lambda _: None)
    file = tmp_path / "net.keras"
    assert main(["models", "--export", "mobilenet_v2", "-o", str(file), "--json"]) == 0
    conforms(json.loads(capsys.readouterr().out))
