import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.train.epoch import Epoch
from edgesmith.train.report.curves import draw_curves

NAN = math.nan


def epochs(*val_losses: float, stages: tuple[str, ...] = ("head", "head", "finetune")) -> list[Epoch]:
    return [
        Epoch(
            stage=stages[number - 1],
            epoch=number,
            loss=loss / 2,
            accuracy=0.9,
            val_loss=loss,
            val_accuracy=0.8,
        )
        for number, loss in enumerate(val_losses, start=1)
    ]


def drawn(run: list[Epoch], best: int, folder: Path) -> NDArray[np.uint8]:
    draw_curves(run, run[best], file=folder / "curves.png")
    with Image.open(folder / "curves.png") as image:
        assert (image.format, image.size) == ("PNG", (1200, 450))
        return np.asarray(image.convert("RGB"))


def frame_top(picture: NDArray[np.uint8]) -> int:
    """The first row of pixels that is mostly dark."""
    return int(np.argmax((picture < 128).mean(axis=(1, 2)) > 0.5))


def orange(picture: NDArray[np.uint8]) -> int:
    """Pixels of the validation curve's colour."""
    return int((picture == (0xD5, 0x5E, 0x00)).all(axis=2).sum())


def test_best_epoch_is_marked(tmp_path: Path) -> None:
    run = epochs(0.9, 0.5, 0.6)

    assert not np.array_equal(drawn(run, 1, tmp_path), drawn(run, 2, tmp_path))


def test_stages_are_told_apart(tmp_path: Path) -> None:
    two = drawn(epochs(0.9, 0.5, 0.6), 1, tmp_path)
    one = drawn(epochs(0.9, 0.5, 0.6, stages=("head",) * 3), 1, tmp_path)

    # Their names push the frame down.
    assert frame_top(two) > frame_top(one) + 10


@pytest.mark.parametrize(
    "losses", [(0.9,), (0.9, NAN), (NAN,), (NAN, 0.9, 0.5)], ids=["one", "NaN last", "NaN alone", "NaN first"]
)
def test_few_epochs_and_what_is_not_a_number_are_drawn(losses: tuple[float, ...], tmp_path: Path) -> None:
    run = epochs(*losses)

    for best in range(len(run)):
        assert orange(drawn(run, best, tmp_path)) > 20
