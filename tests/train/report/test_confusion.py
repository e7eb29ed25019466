import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.train.report.confusion import count_confusions, draw_confusion


def scores(*answers: int, classes: int) -> NDArray[np.float32]:
    return np.eye(classes, dtype=np.float32)[list(answers)]


def pixels(png: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def test_rows_are_true_classes_and_columns_answers() -> None:
    counts = count_confusions(np.array([0, 0, 1, 2]), scores(0, 1, 1, 0, classes=3))

    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_of_equal_scores_the_first_is_the_answer() -> None:
    assert count_confusions(np.array([1]), np.full((1, 3), 0.3, np.float32)).tolist()[1] == [1, 0, 0]


@pytest.mark.parametrize("shape", [(2,), (3, 2)], ids=["no classes", "another length"])
def test_shapes_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        count_confusions(np.array([0, 1]), np.zeros(shape, np.float32))


@pytest.mark.parametrize("classes", [2, 10, 20, 40, 100, 130])
def test_any_number_of_classes_is_drawn_at_a_size_that_can_be_looked_at(classes: int) -> None:
    counts = np.diag(np.arange(classes)).astype(np.int64)

    height, width, _ = pixels(draw_confusion(counts, [f"class {n}" for n in range(classes)])).shape

    assert 250 < height < 2200
    assert 350 < width < 2200


def test_longer_names_widen_the_picture_and_leave_the_cells() -> None:
    counts = np.array([[8, 2], [1, 9]])

    short = pixels(draw_confusion(counts, ["a", "b"]))
    long = pixels(draw_confusion(counts, ["a", "b" * 24]))

    assert long.shape[1] > short.shape[1] + 100


def test_cell_is_the_darker_the_larger_its_share_of_the_row() -> None:
    # Rows of 1000 and of 10 images: shares count, not numbers.
    png = pixels(draw_confusion(np.array([[900, 100], [0, 10]]), ["a", "b"])).astype(int)
    blues = [tuple(colour) for colour in png.reshape(-1, 3) if colour[2] > colour[0] + 20]

    # Solid areas: 90 % and 100 % dark, 10 % light.
    areas = {colour: blues.count(colour) for colour in set(blues) if blues.count(colour) > 1000}
    assert len(areas) == 3


def test_class_without_images_is_drawn() -> None:
    assert pixels(draw_confusion(np.array([[3, 0], [0, 0]]), ["a", "b"])).size
