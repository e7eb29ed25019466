import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime.errors import ImageError
from edgesmith.train.report.mistakes import draw_mistakes, worst_mistakes


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Twelve pictures of all kinds: wide, tall, grey, with transparency."""
    found = []
    for index, (mode, size) in enumerate([("RGB", (90, 30)), ("L", (20, 60)), ("RGBA", (40, 40))] * 4):
        found.append(tmp_path / f"{index}.png")
        Image.new(mode, size, 90).save(found[-1])
    return found


CLASSES = np.zeros(12, np.int64)


def test_surest_wrong_answer_comes_first() -> None:
    scores = np.array([[0.4, 0.6], [0.1, 0.9], [0.9, 0.1], [0.4, 0.6]], np.float32)

    assert worst_mistakes(np.array([0, 0, 0, 0]), scores) == [1, 0, 3]
    assert worst_mistakes(np.array([0, 0, 0, 0]), scores, most=2) == [1, 0]


def test_high_score_of_a_wrong_class_below_the_right_one_is_no_mistake() -> None:
    assert worst_mistakes(np.array([0]), np.array([[0.51, 0.49]], np.float32)) == []


@pytest.mark.parametrize(("wrong", "columns", "rows"), [(1, 1, 1), (5, 5, 1), (6, 5, 2), (12, 5, 2)])
def test_sheet_grows_with_the_mistakes_up_to_ten(
    files: list[Path], wrong: int, columns: int, rows: int
) -> None:
    scores = np.array([[0.2, 0.8] if index < wrong else [0.8, 0.2] for index in range(12)], np.float32)

    png = draw_mistakes(files, CLASSES, scores, ["кошка", "猫 $x$"])

    assert png is not None
    with Image.open(io.BytesIO(png)) as image:
        assert image.width <= max(columns, 2) * 250 + 30
        assert (rows - 1) * 250 < image.height <= rows * 300 + 70


def test_without_a_mistake_there_is_no_sheet(files: list[Path]) -> None:
    assert draw_mistakes(files, CLASSES, np.tile(np.array([1, 0], np.float32), (12, 1)), ["a", "b"]) is None


def test_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"gone\.jpg"):
        draw_mistakes([tmp_path / "gone.jpg"], np.array([0]), np.array([[0, 1]], np.float32), ["a", "b"])
