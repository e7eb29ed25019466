"""`edgesmith init` with the real check; what it writes is read back by `run`'s own reader."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.cli import main
from edgesmith.cli.init.write import output_for
from edgesmith.cli.run.read import read_settings

Capture = pytest.CaptureFixture[str]


def scene(number: int, size: tuple[int, int]) -> Image.Image:
    """A picture of soft blobs, unlike that of any other number."""
    blobs = np.random.default_rng(number).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    return Image.fromarray(blobs).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """photos("photos/train", 3): so many for each of cat and dog, below the current folder."""
    monkeypatch.chdir(tmp_path)
    numbers = iter(range(10_000))

    def write(folder: str, count: int, size: tuple[int, int] = (300, 240)) -> Path:
        for label in ("cat", "dog"):
            place = tmp_path / folder / label
            place.mkdir(parents=True)
            for _ in range(count):
                number = next(numbers)
                scene(number, size).save(place / f"{number}.png")
        return tmp_path

    return write


def test_a_folder_of_classes(photos: Callable[..., Path], capsys: Capture) -> None:
    folder = photos("photos", 6)
    assert main(["init", "photos"]) == 0
    text = (folder / "edgesmith.toml").read_text()
    settings = read_settings(folder / "edgesmith.toml").settings

    assert (settings.data, settings.output, settings.model[0].recipe) == ("photos", "results", "features")
    assert settings.convert.max_drop is None
    assert "2 classes: cat, dog. 8 images to train, 2 to choose, 2 to test" in text
    assert re.search(r"no accuracy guard \(max_drop\): there are 2 test images", text)
    # Every value has its reason above it.
    lines = text.splitlines()
    assert all(lines[n - 1].startswith("#") for n, line in enumerate(lines) if re.match(r"\w+ = ", line))
    assert "next: edgesmith run\n" in capsys.readouterr().out


def test_splits_and_json(
    photos: Callable[..., Path], capsys: Capture, conforms: Callable[[Any], None]
) -> None:
    for split, count in (("train", 8), ("val", 2), ("test", 3)):
        folder = photos(f"photos/{split}", count)
    assert main(["init", "photos", "-o", "made/mine.toml", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    conforms(document)
    assert document["images"] == {"train": 16, "val": 4, "test": 6}
    assert document["convert"]["max_drop"]["value"] is None
    assert read_settings(folder / "made" / "mine.toml").settings.data == "../photos"


def test_an_array_file(photos: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDGESMITH_CACHE", str(tmp_path / "cache"))
    pictures = np.random.default_rng(0).integers(0, 256, (40, 28, 28)).astype(np.uint8)
    labels = np.arange(40) % 2
    np.savez(
        "digits.npz", x_train=pictures[:30], y_train=labels[:30], x_test=pictures[30:], y_test=labels[30:]
    )
    assert main(["init", "digits.npz"]) == 0
    settings = read_settings(tmp_path / "edgesmith.toml").settings

    assert settings.data == "digits.npz"
    assert "grey, median short side 28 pixels" in (tmp_path / "edgesmith.toml").read_text()


def test_nothing_is_replaced_without_force(photos: Callable[..., Path], capsys: Capture) -> None:
    folder = photos("photos", 3)
    (folder / "edgesmith.toml").write_text("mine")
    assert main(["init", "photos"]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert (folder / "edgesmith.toml").read_text() == "mine"
    assert main(["init", "photos", "--force"]) == 0
    assert (folder / "edgesmith.toml").read_text() != "mine"


def test_without_images_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "photos"]) == 1
    assert "`edgesmith check` ended with exit code 1" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_needs_quoting_is_read_back(photos: Callable[..., Path]) -> None:
    name = 'my "photos" é\\'
    folder = photos(name, 3)
    assert main(["init", name]) == 0
    assert read_settings(folder / "edgesmith.toml").settings.data == name


def test_results_never_lie_among_the_images(tmp_path: Path) -> None:
    assert output_for(tmp_path / "photos", tmp_path) == "results"
    assert output_for(tmp_path, tmp_path) == f"../{tmp_path.name}-results"
