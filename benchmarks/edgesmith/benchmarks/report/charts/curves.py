"""Lines over time: of runs in the colours of their precision, of the machine itself in ink."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgesmith.benchmarks.report.charts.axes import precision_colour, value_axis
from edgesmith.benchmarks.report.charts.blockseries import time_unit
from edgesmith.benchmarks.report.charts.chart import (
    DESCRIPTION,
    Chart,
    Datum,
    Frame,
    Spec,
    Table,
    framed,
    key,
    layer,
)
from edgesmith.benchmarks.report.wording import milliseconds
from edgesmith.benchmarks.results import BenchResult

_HEIGHT, _FOOT = 200, 8  # CSS pixels: of the plot, and of the marks of throttling at its foot


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`series`: the run's index; None for what concerns the machine. `points`: seconds and value."""

    series: int | None
    label: str
    points: list[tuple[float, float]]


def curves_chart(
    result: BenchResult,
    curves: Sequence[Curve],
    throttled: Sequence[float],
    *,
    words: tuple[str, str, str],
    note: str,
) -> Chart:
    """Values over time, a line a curve. `throttled`: seconds of blocks in which the board held the processor back.

    `words`: the chart's name and title, and the values' unit.
    """
    name, title, unit = words
    last = max(seconds for curve in curves for seconds, _ in curve.points)
    divisor, time_name = time_unit(last)
    held_back = f" The board held the processor back in {len(throttled)} blocks." if throttled else ""
    lowest, highest = _extremes(curves)
    return Chart(
        name=name,
        title=title,
        note=f"{note} Marks at the foot: the board held the processor back." if throttled else note,
        summary=f"Lines over {last / divisor:.1f} {time_name}, from {lowest:.4g} to {highest:.4g} {unit}.{held_back}",
        table=_table(curves, unit),
        spec=lambda frame: _spec(frame, result, curves, throttled, unit=unit),
    )


def _extremes(curves: Sequence[Curve]) -> tuple[float, float]:
    values = [value for curve in curves for _, value in curve.points]
    return min(values), max(values)


def _table(curves: Sequence[Curve], unit: str) -> Table:
    """First and last tenth of each curve, since what changes is what matters."""
    rows = []
    for curve in curves:
        values = [value for _, value in curve.points]
        tenth = max(1, len(values) // 10)
        found = (
            float(np.median(values[:tenth])),
            float(np.median(values[-tenth:])),
            min(values),
            max(values),
        )
        rows.append((curve.label, *(milliseconds(value) for value in found)))
    return Table(
        headers=(
            "curve",
            f"first tenth, {unit}",
            f"last tenth, {unit}",
            f"lowest, {unit}",
            f"highest, {unit}",
        ),
        rows=tuple(rows),
    )


def _spec(
    frame: Frame, result: BenchResult, curves: Sequence[Curve], throttled: Sequence[float], *, unit: str
) -> Spec:
    last = max(seconds for curve in curves for seconds, _ in curve.points)
    divisor, time_name = time_unit(last)
    lowest, highest = _extremes(curves)
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "title": time_name,
        "scale": {"domain": [0, last / divisor], "nice": False},
        "axis": {"tickCount": 6, "grid": False},
    }
    y = value_axis(lowest, highest, title=unit)
    layers = [_throttling(frame, throttled, x, divisor)] if throttled else []
    of_runs = [curve for curve in curves if curve.series is not None]
    of_machine = [curve for curve in curves if curve.series is None]
    if of_runs:
        colour = precision_colour(frame, [result.runs[curve.series or 0] for curve in of_runs])
        data = [datum for curve in of_runs for datum in _data(result, curve, divisor, unit)]
        layers.append(_lines(data, {"x": x, "y": y, "color": colour}, strokeWidth=1.6, opacity=0.85))
    if of_machine:
        data = [datum for curve in of_machine for datum in _data(result, curve, divisor, unit)]
        dash = [5, 3] if of_runs else [1, 0]
        layers.append(
            _lines(data, {"x": x, "y": y}, color=frame.palette.ink, strokeDash=dash, strokeWidth=1.8)
        )
    return framed(frame, height=_HEIGHT, layers=layers)


def _throttling(frame: Frame, throttled: Sequence[float], x: Spec, divisor: float) -> Spec:
    marks: list[Datum] = [
        {"x": seconds / divisor, "key": key(None, f"held back after {seconds:.0f} s")}
        for seconds in throttled
    ]
    foot: Spec = {"y": {"value": _HEIGHT - _FOOT}, "y2": {"value": _HEIGHT}}
    encoding = {"x": x, **foot, "description": DESCRIPTION}
    return layer("rule", marks, encoding=encoding, color=frame.palette.alarm, strokeWidth=2)


def _lines(data: list[Datum], encoding: Spec, **properties: object) -> Spec:
    whole = {**encoding, "detail": {"field": "curve"}, "description": DESCRIPTION}
    return layer("line", data, encoding=whole, **properties)


def _data(result: BenchResult, curve: Curve, divisor: float, unit: str) -> list[Datum]:
    values = [value for _, value in curve.points]
    tip = f"{curve.label}: {milliseconds(min(values))} to {milliseconds(max(values))} {unit}"
    base = {"curve": curve.label, "key": key(curve.series, tip)}
    if curve.series is not None:
        base["precision"] = result.runs[curve.series].precision
    return [{"x": seconds / divisor, "y": value, **base} for seconds, value in curve.points]
