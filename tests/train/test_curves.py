from pathlib import Path

from PIL import Image

from edgesmith.train.curves import draw_curves
from edgesmith.train.history import Epoch


def epochs(*val_losses: float) -> list[Epoch]:
    return [
        Epoch(
            stage="head" if number < 3 else "finetune",
            epoch=number,
            loss=loss / 2,
            accuracy=0.9,
            val_loss=loss,
            val_accuracy=0.8,
        )
        for number, loss in enumerate(val_losses, start=1)
    ]


def test_picture_has_the_stated_size(tmp_path: Path) -> None:
    run = epochs(0.9, 0.5, 0.6)

    draw_curves(run, run[1], file=tmp_path / "curves.png")

    with Image.open(tmp_path / "curves.png") as image:
        assert (image.format, image.size) == ("PNG", (1200, 450))


def test_best_epoch_is_marked(tmp_path: Path) -> None:
    run = epochs(0.9, 0.5, 0.6)

    draw_curves(run, run[1], file=tmp_path / "a.png")
    draw_curves(run, run[2], file=tmp_path / "b.png")

    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_one_epoch_is_enough(tmp_path: Path) -> None:
    run = epochs(0.9)

    draw_curves(run, run[0], file=tmp_path / "curves.png")

    assert (tmp_path / "curves.png").stat().st_size > 1000
