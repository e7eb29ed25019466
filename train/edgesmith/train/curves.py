"""`curves.png`: is it learning, is it overfitting, which epoch was kept."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from edgesmith.runtime.atomic import write_bytes

if TYPE_CHECKING:
    from edgesmith.train.history import Epoch


def draw_curves(epochs: "list[Epoch]", best: "Epoch", *, file: Path) -> None:
    """Write a PNG of 1200×450 pixels: loss and accuracy over all epochs, training and validation."""
    # Figure and canvas directly: pyplot would choose a backend for the whole process, and might want a screen.
    figure = Figure(figsize=(12, 4.5), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    numbers = range(1, len(epochs) + 1)
    kept = epochs.index(best) + 1
    for position, name in enumerate(("loss", "accuracy"), start=1):
        axes = figure.add_subplot(1, 2, position)
        axes.plot(numbers, [getattr(epoch, name) for epoch in epochs], ".-", label="training")
        axes.plot(numbers, [getattr(epoch, f"val_{name}") for epoch in epochs], ".-", label="validation")
        axes.axvline(kept, color="grey", linestyle="--", label=f"best epoch ({kept})")
        for number in numbers[1:]:
            if epochs[number - 1].stage != epochs[number - 2].stage:
                axes.axvline(
                    number - 0.5, color="black", linewidth=0.8, label=f"{epochs[number - 1].stage} begins"
                )
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(alpha=0.3)
        axes.legend()
    image = io.BytesIO()
    figure.savefig(image, format="png")
    write_bytes(file, image.getvalue())
