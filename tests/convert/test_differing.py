"""The differing images are looked at, wherever among the others they stand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.convert import differing
from edgesmith.convert.onnx.deviations import Deviation
from edgesmith.convert.parity import Parity
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.record import FileRecord

PIXELS = np.arange(30, dtype=np.uint8).reshape(30, 1, 1, 1)
FOUND = (Deviation(operator=0, kind="SOFTMAX", max_steps=1, share=0.5),)


def record(identical: float) -> FileRecord:
    parity = Parity(
        max_abs_difference=0.0,
        top1_agreement=1.0,
        identical_share=identical,
        identical_to="n-int8.tflite",
        images=30,
        images_from="evaluation",
        against="source",
    )
    return FileRecord(
        path="n-int8.onnx",
        format="onnx",
        precision="int8",
        bytes=1,
        sha256="",
        int8_share=1.0,
        parity=parity,
        accuracy=None,
        seconds=0.0,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[float], tuple[Any, list[int]]]:
    """The record's deviations and the images they were measured on; image 25 differs."""
    (tmp_path / "n-int8.tflite").write_bytes(b"")
    seen: list[int] = []

    def outputs(file: Path, pixels: np.ndarray) -> np.ndarray:
        rows = np.zeros((len(pixels), 2), np.uint8)
        rows[25] = file.suffix == ".onnx"
        return rows

    def measure(tflite: bytes, pixels: np.ndarray, *, passes: Any) -> tuple[Deviation, ...]:
        seen.extend(pixels.reshape(-1).tolist())
        return FOUND

    monkeypatch.setattr(differing, "file_outputs", outputs)
    monkeypatch.setattr(differing, "measure_deviations", measure)
    plan = ConversionPlan(model=Path("n.keras"), output=Path("deploy"))

    def ask(identical: float) -> tuple[Any, list[int]]:
        return differing.with_deviations(tmp_path, record(identical), plan, PIXELS).deviations, seen

    return ask


def test_only_differing_images_are_measured(asked: Callable[[float], tuple[Any, list[int]]]) -> None:
    assert asked(29 / 30) == (FOUND, [25])


def test_equal_files_are_not_measured(asked: Callable[[float], tuple[Any, list[int]]]) -> None:
    assert asked(1.0) == ((), [])
