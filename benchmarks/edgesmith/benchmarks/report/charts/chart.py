"""What a chart is: a specification for any width and palette, and the same told in words and as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgesmith.benchmarks.report.charts.palette import Palette

Spec = dict[str, Any]
Datum = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a chart is drawn: `width` in CSS pixels, all included, and the colours."""

    width: int
    palette: Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells as text; every row as long as `headers`. `text_columns`: how many from the left are words, not numbers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`name`: unique in a report, of a-z and -. `note`: how to read it. `summary`: what one sees in it, for those
    who cannot. `table`: the numbers that are drawn.
    """

    name: str
    title: str
    note: str
    summary: str
    table: Table
    spec: Callable[[Frame], Spec]


def key(series: int | None, tip: str) -> str:
    """A mark's `description`: the index of its run, where it belongs to one, and what hovering over it tells."""
    return f"{'' if series is None else series}|{tip}"


DESCRIPTION: Spec = {"field": "key", "type": "nominal"}
"""The encoding that carries `key` into the drawing; `drawing` finds it there."""


def framed(frame: Frame, *, height: int, layers: list[Spec]) -> Spec:
    """Layers in the report's style, as one specification that fills `frame`; `height` of the plot in CSS pixels."""
    palette = frame.palette
    axis = {
        "domain": False,
        "gridColor": palette.line,
        "labelColor": palette.ink,
        "labelFontSize": 11,
        "tickColor": palette.line,
        "titleColor": palette.soft,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 7,
    }
    legend = {
        "orient": "top",
        "title": None,
        "labelColor": palette.ink,
        "labelFontSize": 11,
        "columnPadding": 12,
        "columns": max(1, frame.width // 105),
    }
    return {
        "width": frame.width,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 3,
        "background": palette.background,
        "config": {"axis": axis, "legend": legend, "view": {"stroke": None}},
        "layer": layers,
    }


def layer(mark: str, data: list[Datum], *, encoding: Spec, **properties: Any) -> Spec:
    """One layer of `framed`: a mark with its properties, its own data and its encoding."""
    return {"data": {"values": data}, "mark": {"type": mark, **properties}, "encoding": encoding}
