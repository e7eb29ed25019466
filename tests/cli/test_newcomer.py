"""A newcomer's walk: an empty folder, photos of two classes, and the quickstart's commands as they stand there."""

import json
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.manual.blocks import REPOSITORY, Block, blocks_of
from tests.manual.stock import Stock, execute

pytestmark = pytest.mark.slow

QUICKSTART = REPOSITORY / "docs" / "quickstart.md"
CATS_DOGS = REPOSITORY.parent / "shared" / "data" / "cats_dogs" / "train"

OF_A_CLASS = 60
MAX_SECONDS = 600


def draw(folder: Path) -> None:
    Stock(folder.parent).put("photos", folder.parent)
    shutil.rmtree(folder / "tulips")  # two classes


def copy_cats_and_dogs(folder: Path) -> None:
    for place in sorted(CATS_DOGS.iterdir()):
        (folder / place.name).mkdir(parents=True)
        for photo in sorted(place.iterdir())[:OF_A_CLASS]:
            shutil.copy(photo, folder / place.name)


def processor_seconds() -> float:
    """Of all programs that this process has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def the_commands() -> Block:
    """The block of the quickstart that begins with `edgesmith init`."""
    (block,) = (block for block in blocks_of(QUICKSTART) if block.text.startswith("edgesmith init "))
    return block


@pytest.mark.parametrize(
    "photos",
    [
        pytest.param(draw, id="drawn"),
        pytest.param(
            copy_cats_and_dogs,
            id="cats_dogs",
            marks=[
                pytest.mark.shared_data,
                pytest.mark.skipif(not CATS_DOGS.is_dir(), reason="../shared/data/cats_dogs is not here"),
            ],
        ),
    ],
)
def test_from_photos_to_a_report(photos: Callable[[Path], None], tmp_path: Path) -> None:
    photos(tmp_path / "photos")
    started, worked = time.monotonic(), processor_seconds()
    for line in the_commands().text.splitlines():
        execute(["bash", "-c", line], tmp_path, seconds=3 * MAX_SECONDS)
    # Where others share the processors, what it has had of them.
    assert min(time.monotonic() - started, processor_seconds() - worked) <= MAX_SECONDS

    results = tmp_path / "results"
    assert "<html" in (results / "bench" / "report.html").read_text()
    verdicts = json.loads((results / "verify" / "lite0.json").read_bytes())["results"]
    outcomes = {Path(verdict["file"]).name: verdict["outcome"] for verdict in verdicts}
    assert outcomes["lite0-int8.tflite"] == "identical"
    assert set(outcomes.values()) <= {"identical", "within"}
    # Too few images for a guard, and the file says so.
    text = (tmp_path / "edgesmith.toml").read_text()
    assert "no accuracy guard" in text
    assert "max_drop =" not in text
