"""Placing labels beside points so that they cover neither each other nor the points."""

import math
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from edgesmith.benchmarks.report.plots.figure import FAINT

_POINT_RADIUS = 6.0  # points, the free space around a marker
_RADII = (9, 18, 28, 40, 54, 70, 90)
_ANGLES = (0, 180, 45, -45, 135, -135, 90, -90, 20, -20, 160, -160)


def place_labels(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    labels: Sequence[str],
) -> list[Annotation]:
    """Write each label at the nearest free place around its point (data coordinates).

    A greedy search: points in order of x, places in order of distance; where none is free, the one with the
    least overlap. Axes limits and layout must be final.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes belong to no figure")
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    scale = figure.dpi / 72
    taken = [_around(tuple(axes.transData.transform(point)), _POINT_RADIUS * scale) for point in points]
    placed: list[Annotation] = []
    for index in sorted(range(len(points)), key=lambda number: points[number]):
        annotation, box = _place(axes, renderer, points[index], labels[index], taken)
        taken.append(box)
        placed.append(annotation)
    return placed


def _place(
    axes: Axes, renderer: RendererBase, point: tuple[float, float], label: str, taken: list[Bbox]
) -> tuple[Annotation, Bbox]:
    annotation = axes.annotate(
        label,
        point,
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=8.5,
        va="center",
        arrowprops={"arrowstyle": "-", "color": FAINT, "shrinkA": 0, "shrinkB": 4, "linewidth": 0.8},
    )
    frame = axes.get_window_extent(renderer)
    best: tuple[float, tuple[float, float], str] | None = None
    for x, y, side in _places():
        _move(annotation, (x, y), side)
        text = _text_extent(annotation, renderer)
        cost = sum(_overlap(text, other) for other in taken) + 10 * _outside(text, frame)
        if best is None or cost < best[0]:
            best = (cost, (x, y), side)
        if cost == 0:
            break
    if best is not None:
        _move(annotation, best[1], best[2])
    return annotation, _text_extent(annotation, renderer)


def _places() -> Iterator[tuple[float, float, str]]:
    for radius in _RADII:
        for angle in _ANGLES:
            x, y = radius * math.cos(math.radians(angle)), radius * math.sin(math.radians(angle))
            yield x, y, "left" if x > 1 else "right" if x < -1 else "center"


def _move(annotation: Annotation, offset: tuple[float, float], side: str) -> None:
    annotation.set_position(offset)
    annotation.set_horizontalalignment(side)  # type: ignore[arg-type]  # a str of ours, a Literal there


def _text_extent(annotation: Annotation, renderer: RendererBase) -> Bbox:
    from matplotlib.text import Text

    # Annotation's own extent includes the line to the point; only the words must be free.
    annotation.update_positions(renderer)
    return Text.get_window_extent(annotation, renderer).padded(2)


def _around(centre: Sequence[float], radius: float) -> Bbox:
    return Bbox.from_extents(centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)


def _overlap(one: Bbox, other: Bbox) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return float(max(0.0, width) * max(0.0, height))


def _outside(box: Bbox, frame: Bbox) -> float:
    return float(box.width * box.height) - _overlap(box, frame)
