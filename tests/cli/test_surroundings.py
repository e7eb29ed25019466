import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.results import BENCH_FILE
from edgesmith.cli import surroundings
from edgesmith.cli.surroundings import Surroundings, look_around
from edgesmith.convert.plan import CONVERT_FILE
from edgesmith.runtime.imagefolder import SPLITS
from edgesmith.runtime.images import IMAGE_SUFFIXES
from edgesmith.runtime.runrecord import RUN_FILE, UNFINISHED_FILE
from edgesmith.runtime.spec import MODEL_FORMATS

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lay out empty files; the folder that they are in."""

    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return make


def test_the_names_are_those_that_the_parts_write() -> None:
    known = surroundings
    assert (RUN_FILE, UNFINISHED_FILE) == (known.FINISHED_RUN, known.UNFINISHED_RUN)
    assert (CONVERT_FILE, BENCH_FILE) == (known.CONVERSION, known.BENCHMARK)
    assert tuple(f".{name}" for name in MODEL_FORMATS) == known.MODEL_SUFFIXES
    assert sorted(IMAGE_SUFFIXES) == list(known.PICTURE_SUFFIXES)
    assert SPLITS == known.SPLITS


@pytest.mark.parametrize("suffix", sorted(IMAGE_SUFFIXES))
def test_pictures_are_those_that_training_reads(suffix: str, lay: Lay) -> None:
    assert look_around(lay(f"a/1{suffix}", f"b/2{suffix}")).photos == (Path(),)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param((), Surroundings(), id="nothing"),
        pytest.param(
            ("photos/cat/1.jpg", "photos/dog/1.PNG"), Surroundings(photos=(Path("photos"),)), id="class folders"
        ),
        pytest.param(
            ("data/p/train/a/1.jpg", "data/p/train/b/1.jpg", "data/p/test/a/1.jpg", "data/p/test/b/1.jpg"),
            Surroundings(photos=(Path("data/p"),)),
            id="splits, two folders down",
        ),
        pytest.param(
            ("p/train/a/1.jpg", "p/train/b/1.jpg", "p/val/a/1.jpg", "p/val/b/1.jpg"),
            Surroundings(photos=(Path("p"),)),
            id="splits without test images",
        ),
        pytest.param(("photos/cat/1.jpg", "photos/dog/1.txt"), Surroundings(), id="one class is none"),
        pytest.param(("icons/a/1.svg", "icons/b/1.svg"), Surroundings(), id="pictures that training cannot read"),
        pytest.param((".photos/cat/1.jpg", ".photos/dog/1.jpg"), Surroundings(), id="hidden folders"),
        pytest.param(("a/b/c/run.json",), Surroundings(), id="three folders down"),
        pytest.param(("runs/a/run.json",), Surroundings(runs=(Path("runs/a"),)), id="a RUN"),
        pytest.param(
            ("runs/a/unfinished.json",), Surroundings(unfinished=(Path("runs/a"),)), id="a RUN in the making"
        ),
        pytest.param(
            ("deploy/convert.json", "deploy/x-int8.tflite", "deploy/x-int8.onnx"),
            Surroundings(deployed=(Path("deploy/x-int8.onnx"), Path("deploy/x-int8.tflite"))),
            id="a DEPLOY",
        ),
        pytest.param(("bench/bench.json",), Surroundings(benchmarks=(Path("bench"),)), id="a benchmark"),
        pytest.param(("x.onnx",), Surroundings(models=(Path("x.onnx"),)), id="a model file"),
        pytest.param(
            ("edgesmith.toml",), Surroundings(settings=Path("edgesmith.toml")), id="settings"
        ),
    ],
)  # fmt: skip
def test_what_is_found(names: tuple[str, ...], found: Surroundings, lay: Lay) -> None:
    assert look_around(lay(*names)) == found


def test_pictures_of_a_run_are_no_photos(lay: Lay) -> None:
    found = look_around(lay("runs/a/run.json", "runs/a/x/1.png", "runs/a/y/1.png"))
    assert found == Surroundings(runs=(Path("runs/a"),))


def test_a_huge_folder_is_not_read_to_its_end(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = lay(*(f"{number}.onnx" for number in range(9)))
    monkeypatch.setattr(surroundings, "_ENTRIES", 4)
    assert len(look_around(folder).models) == 4


def test_a_folder_that_cannot_be_read_is_passed_over(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scandir = lay("closed/run.json", "open/run.json"), os.scandir

    def refuse(path: Path) -> object:  # as root, which may run the tests, no folder is closed
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert look_around(folder).runs == (Path("open"),)


def test_a_link_that_leads_to_itself_is_passed_over(lay: Lay) -> None:
    folder = lay("photos/cat/1.jpg", "photos/dog/1.jpg")
    for place in (folder, folder / "photos"):
        (place / "loop").symlink_to("loop")
    assert look_around(folder).photos == (Path("photos"),)
