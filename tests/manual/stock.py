"""What the blocks of the documents may ask for: drawn photos of three kinds, a RUN of them, its files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SECONDS = 600
_IMAGES = 45  # of each class: 36 for training, more than `check` asks for
_COLOURS = {"daisy": "white", "roses": "crimson", "tulips": "gold"}
_SIZE = (160, 120)


@dataclass(frozen=True)
class Stock:
    """Made in `folder` when it is first asked for."""

    folder: Path

    def put(self, thing: str, where: Path) -> None:
        """Copy what a block calls `thing` into the folder `where`, unless it is there."""
        source, target = self._source(thing), where / thing
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)

    def _source(self, thing: str) -> Path:
        path = Path(thing)
        if thing in ("photos", "flowers", "DATA"):
            return self.photos
        if thing in ("RUN", "MODEL") or path.parent == Path("runs"):
            return self.run
        if thing in ("deploy", "DEPLOY"):
            return self.deploy
        if path.suffix in (".tflite", ".onnx"):  # whatever it is called, by its precision and format
            return self.deploy / f"photos-{path.stem.rpartition('-')[2]}{path.suffix}"
        if path.suffix == ".jpg":
            return self.photos / "tulips" / "0.jpg"
        raise ValueError(f"{thing!r} is not in stock: see tests/manual/stock.py")

    @cached_property
    def photos(self) -> Path:
        """Blossoms of three colours, anywhere before a ground of any colour."""
        chance = np.random.default_rng(0)
        for name, colour in _COLOURS.items():
            (self.folder / "photos" / name).mkdir(parents=True)
            for number in range(_IMAGES):
                _blossom(colour, chance).save(self.folder / "photos" / name / f"{number}.jpg")
        return self.folder / "photos"

    @cached_property
    def run(self) -> Path:
        """What `edgesmith train photos` leaves, of a network that takes seconds."""
        small = ["--model", "separable_small", "--recipe", "scratch", "--epochs", "12"]
        execute(["edgesmith", "train", str(self.photos), "-o", "runs/photos", *small], self.folder)
        return self.folder / "runs" / "photos"

    @cached_property
    def deploy(self) -> Path:
        """What `edgesmith convert` makes of it."""
        execute(["edgesmith", "convert", str(self.run), "-o", "deploy"], self.folder)
        return self.folder / "deploy"


def execute(words: list[str], folder: Path, *, seconds: float = SECONDS) -> None:
    """Run a program in `folder`, as somebody would whose home it is; fails with all that it said."""
    ended = subprocess.run(
        words,
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert ended.returncode == 0, f"{words[-1]}\nexit {ended.returncode}\n{ended.stdout}\n{ended.stderr}"


def _environment(folder: Path) -> Mapping[str, str]:
    binaries = Path(sys.executable).parent
    ours = {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    return {**os.environ, **ours, "EDGESMITH_CACHE": str(folder / ".cache")}


def _blossom(colour: str, chance: np.random.Generator) -> Image.Image:
    ground = tuple(int(value) for value in chance.integers(20, 120, 3))
    picture = Image.new("RGB", _SIZE, ground)
    draw = ImageDraw.Draw(picture)
    middle, radius = chance.uniform(40, 80, 2), chance.uniform(20, 34)
    for angle in np.linspace(0, 2 * np.pi, int(chance.integers(5, 9)), endpoint=False):
        x, y = middle + radius * np.array([np.cos(angle), np.sin(angle)])
        draw.ellipse((x - radius / 2, y - radius / 2, x + radius / 2, y + radius / 2), fill=colour)
    grain = chance.normal(0, 8, (_SIZE[1], _SIZE[0], 3))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
