"""`confusion.png`: which classes are taken for which."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from numpy.typing import NDArray

from edgesmith.train.report.lettering import Lettering, letter, new_figure, to_png

# One hue from white to dark: readable with every kind of colour vision, and in print.
_COLOURS = "Blues"
_DARK = 0.45  # of the row: from here on numbers are white

# The more classes, the smaller a cell and the less is written into it: most classes → inches a cell, points of
# the numbers (0: none), points of the labels.
_SIZES: dict[int, tuple[float, float, float]] = {
    10: (0.75, 10, 11),
    20: (0.55, 8, 10),
    40: (0.36, 6.5, 8),
    120: (0.15, 0, 7),
}
_SMALLEST: tuple[float, float, float] = (0.05, 0, 0)
_WITH_SHARES = 20  # classes; up to here the share of the row stands below the count
_LONGEST_NAME = 24


def count_confusions(classes: NDArray[np.int64], scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """How often true class i was answered with class j, int64 [k, k], of `classes` [n] and `scores` [n, k].

    The answer is the highest score, of equal ones the first. Raises `ValueError` for shapes that do not fit.
    """
    if scores.ndim != 2 or classes.shape != scores.shape[:1]:
        raise ValueError(f"scores of shape {scores.shape} against classes of shape {classes.shape}")
    counts = np.zeros((scores.shape[1], scores.shape[1]), np.int64)
    np.add.at(counts, (classes, scores.argmax(axis=1)), 1)
    return counts


def draw_confusion(counts: NDArray[np.int64], labels: Sequence[str]) -> bytes:
    """A PNG of `counts` [k, k] from `count_confusions`: true classes down, answers across.

    Each cell is coloured by its share of the row. Numbers are written for up to 40 classes, names of classes
    for up to 120; beyond that there are colours alone.
    """
    cell, digits, letters = next((sizes for most, sizes in _SIZES.items() if len(labels) <= most), _SMALLEST)
    images = counts.sum(axis=1)
    shares = counts / np.maximum(images, 1)[:, None]
    lettering = letter(labels, longest=_LONGEST_NAME)
    margin = max(map(len, lettering.names)) * letters * 0.0092 if letters else 0.3
    side = cell * len(labels)
    with new_figure(lettering, width=max(side + margin + 1.9, 5.2), height=side + margin + 1.3) as figure:
        axes = figure.add_subplot()
        # The square root brings out the rare confusions, which are what is looked for.
        picture = axes.imshow(shares, cmap=_COLOURS, norm=PowerNorm(0.5, vmin=0, vmax=1))
        bar = figure.colorbar(picture, ax=axes, shrink=min(0.9, 4 / side), aspect=25)
        bar.set_ticks([0, 0.01, 0.05, 0.2, 0.5, 1], labels=["0", "1%", "5%", "20%", "50%", "100%"])
        bar.set_label("share of the true class")
        axes.set(xlabel="answer", ylabel="true class (images)")
        axes.set_title(f"{counts.trace():,} of {counts.sum():,} right", fontsize=11)
        _name(axes, lettering, images, size=letters)
        if digits:
            _number(axes, counts, shares, size=digits)
        return to_png(figure, trim=True)


def _name(axes: Axes, lettering: Lettering, images: NDArray[np.int64], *, size: float) -> None:
    if not size:
        axes.set(xticks=[], yticks=[])
        return
    places = range(len(lettering.names))
    across = max(map(len, lettering.names)) > 8 or len(lettering.names) > 10
    axes.set_xticks(places, lettering.names, fontsize=size, rotation=90 if across else 0)
    down = [f"{name} ({count})" for name, count in zip(lettering.names, images, strict=True)]
    axes.set_yticks(places, down, fontsize=size)


def _number(axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.float64], *, size: float) -> None:
    for row, column in np.argwhere(counts):
        share = shares[row, column]
        text = f"{counts[row, column]}"
        if len(counts) <= _WITH_SHARES:
            # 0.997 is not 100 %: a class with mistakes must not look like one without.
            text += f"\n{share:.1%}" if share < 0.0995 or 0.995 <= share < 1 else f"\n{share:.0%}"
        colour = "white" if share > _DARK else "black"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
