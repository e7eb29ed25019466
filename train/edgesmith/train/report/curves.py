"""`curves.png`: is it learning, is it overfitting, which epoch was kept."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from edgesmith.runtime.atomic import write_bytes
from edgesmith.train.epoch import Epoch
from edgesmith.train.report.lettering import letter, new_figure, to_png

# Blue and orange of Okabe and Ito's palette, which every kind of colour vision tells apart.
_TRAINING, _VALIDATION = "#0072B2", "#D55E00"


def draw_curves(epochs: Sequence[Epoch], best: Epoch, *, file: Path) -> None:
    """Write a PNG of 1200×450 pixels: loss and accuracy over all epochs, training and validation.

    Where a stage begins is marked, and the best epoch with its validation value. What is not a number leaves a
    gap. `best` is one of `epochs`.
    """
    with new_figure(letter(["loss"], longest=4), width=12, height=4.5) as figure:
        for position, name in enumerate(("loss", "accuracy"), start=1):
            axes = figure.add_subplot(1, 2, position)
            numbers = range(1, len(epochs) + 1)
            values = {
                f"{prefix}{name}": [getattr(epoch, prefix + name) for epoch in epochs]
                for prefix in ("", "val_")
            }
            axes.plot(numbers, values[name], ".-", color=_TRAINING, label="training")
            axes.plot(numbers, values[f"val_{name}"], ".-", color=_VALIDATION, label="validation")
            _mark_best(axes, epochs.index(best) + 1, getattr(best, f"val_{name}"), percent=name == "accuracy")
            _mark_stages(axes, epochs)
            axes.set(xlabel="epoch", ylabel=name, xlim=(0.5, len(epochs) + 0.5))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.grid(alpha=0.3)
            axes.legend()
        write_bytes(file, to_png(figure))


def _mark_best(axes: Axes, number: int, value: float, *, percent: bool) -> None:
    shown = "not a number" if math.isnan(value) else f"{value:.2%}" if percent else f"{value:.4f}"
    axes.axvline(number, color="grey", linestyle="--", linewidth=1)
    axes.plot(
        [number],
        [value],
        "o",
        color=_VALIDATION,
        markersize=9,
        fillstyle="none",
        label=f"best epoch: {number}, {shown}",
    )


def _mark_stages(axes: Axes, epochs: Sequence[Epoch]) -> None:
    """A line before each stage but the first, and above the plot their names, if there are several."""
    starts = [
        number
        for number, epoch in enumerate(epochs)
        if number == 0 or epoch.stage != epochs[number - 1].stage
    ]
    if len(starts) == 1:
        return
    for start in starts:
        if start:
            axes.axvline(start + 0.5, color="black", linewidth=0.8)
        axes.text(
            start + 0.5,
            1.01,
            f" {epochs[start].stage}",
            transform=axes.get_xaxis_transform(),
            va="bottom",
            fontsize=9,
        )
