from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.train.check.examine import CheckPlan, examine
from edgesmith.train.check.findings import Finding, Kind
from edgesmith.train.check.scan import Reading

Scene = Callable[..., Image.Image]
Folder = Callable[..., Path]
Found = Callable[..., dict[Kind, Finding]]
MakeReading = Callable[..., Reading]


@pytest.fixture(scope="session")
def scene() -> Scene:
    """scene(7): a picture of soft blobs, unlike that of any other number."""

    def draw(number: int, *, size: tuple[int, int] = (96, 96)) -> Image.Image:
        blobs = np.random.default_rng(number).integers(0, 256, (12, 12, 3)).astype(np.uint8)
        return Image.fromarray(blobs).resize(size, Image.Resampling.BICUBIC)

    return draw


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Folder:
    """folder(train=30, val=5, test=120): DATA/<split>/{cat,dog} with so many different scenes; whole=30: no splits."""

    def write(**splits: int) -> Path:
        number = 0
        for split, count in splits.items():
            for label in ("cat", "dog"):
                place = tmp_path / "data" / ("" if split == "whole" else split) / label
                place.mkdir(parents=True)
                for index in range(count):
                    number += 1
                    scene(number).save(place / f"{index:03}.png")
        return tmp_path / "data"

    return write


@pytest.fixture
def found() -> Found:
    """found(data): the findings by kind; each kind at most once."""

    def check(data: Path, **plan: int) -> dict[Kind, Finding]:
        findings = examine(CheckPlan(data=data, image_size=96, **plan)).findings
        by_kind = {finding.kind: finding for finding in findings}
        assert len(by_kind) == len(findings)
        return by_kind

    return check


@pytest.fixture
def make_reading() -> MakeReading:
    def make(
        *,
        content: int = 0,
        size: tuple[int, int] = (96, 96),
        bits: int = 0,
        grey: bool = False,
        sideways: bool = False,
        contrast: float = 50.0,
    ) -> Reading:
        return Reading(
            width=size[0],
            height=size[1],
            grey=grey,
            sideways=sideways,
            contrast=contrast,
            content=content.to_bytes(32, "big"),
            bits=bits.to_bytes(32, "big"),
        )

    return make
