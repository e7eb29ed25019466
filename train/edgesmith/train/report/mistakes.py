"""`mistakes.png`: the images on which the network is most sure of a wrong answer.

Often they are not its mistakes: wrong labels, two things in one picture, an image that shows neither.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from edgesmith.runtime.images import decode
from edgesmith.train.report.lettering import letter, new_figure, to_png

_MOST = 10
_COLUMNS = 5
_CELL = (2.5, 3.0)  # inches
_SIDE = 400  # pixels, of which a picture is shown with at most; a cell has 250
_LONGEST_NAME = 22


def worst_mistakes(
    classes: NDArray[np.int64], scores: NDArray[np.float32], *, most: int = _MOST
) -> list[int]:
    """Indices of the images with the highest score for a class that is not theirs, worst first.

    `classes`: [n], `scores`: [n, k]. Only images whose answer is wrong; of equal scores the first.
    """
    answers = scores.argmax(axis=1)
    wrong = np.flatnonzero(answers != classes)
    order = np.argsort(-scores[wrong, answers[wrong]], kind="stable")
    return [int(index) for index in wrong[order][:most]]


def draw_mistakes(
    files: Sequence[Path], classes: NDArray[np.int64], scores: NDArray[np.float32], labels: Sequence[str]
) -> bytes | None:
    """A PNG of the ten `worst_mistakes`, each upright and whole, with label, answer and probability.

    None where no answer is wrong. Raises `ImageError` for a file that can no longer be read.
    """
    worst = worst_mistakes(classes, scores)
    if not worst:
        return None
    lettering = letter(labels, longest=_LONGEST_NAME)
    columns, rows = min(_COLUMNS, len(worst)), -(-len(worst) // _COLUMNS)
    wrong = int((scores.argmax(axis=1) != classes).sum())
    width, height = max(columns, 2) * _CELL[0], rows * _CELL[1] + 0.4
    with new_figure(lettering, width=width, height=height) as figure:
        figure.suptitle(f"{wrong:,} of {len(classes):,} wrong; the surest first", fontsize=11)
        for place, index in enumerate(worst):
            answer = int(scores[index].argmax())
            text = (
                f"{lettering.names[classes[index]]}\n"
                f"taken for {lettering.names[answer]}, {_percent(float(scores[index, answer]))}"
            )
            _show(figure, (rows, columns, place + 1), files[index], text)
        return to_png(figure, trim=True)


def _show(figure: Figure, place: tuple[int, int, int], file: Path, text: str) -> None:
    picture = decode(file)
    picture.thumbnail((_SIDE, _SIDE))
    axes = figure.add_subplot(*place)
    axes.imshow(np.asarray(picture.convert("RGB")))
    axes.set_axis_off()
    axes.set_title(text, fontsize=8.5)


def _percent(share: float) -> str:
    # Never 100 %, which would be certainty and not a rounded number.
    return f"{min(share, 0.9999):.2%}" if share > 0.999 else f"{share:.1%}"
