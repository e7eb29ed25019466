"""Latency against accuracy: the chart that a choice is made from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.report.charts.axes import latency_axis, precision_colour
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
from edgesmith.benchmarks.report.charts.pareto import pareto_front
from edgesmith.benchmarks.report.charts.placement import place_names
from edgesmith.benchmarks.report.wording import accuracy, milliseconds
from edgesmith.benchmarks.results import BenchRun
from edgesmith.runtime.accuracy import Accuracy

_SHAPES = {"tflite": "circle", "onnx": "square"}
_HEIGHT, _AXIS = 300, 46  # CSS pixels: of the plot, and of what is left of it
MAX_NAMED = 12  # with more points only those on the front have names; hovering tells the others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    series: int
    run: BenchRun
    label: str
    accuracy: Accuracy

    @property
    def place(self) -> tuple[float, float]:
        return self.run.summary.p50, 100 * self.accuracy.top1


def tradeoff_chart(runs: Sequence[BenchRun], labels: Sequence[str]) -> Chart | None:
    """p50 end to end against top-1 with its 95 % interval, and the Pareto front; None without accuracy."""
    points = [
        _Point(series=series, run=run, label=label, accuracy=run.accuracy)
        for series, (run, label) in enumerate(zip(runs, labels, strict=True))
        if run.accuracy is not None
    ]
    if not points:
        return None
    front = [points[index] for index in pareto_front([point.place for point in points])]
    names = ", ".join(f"{point.label} ({_told(point)})" for point in front)
    return Chart(
        name="tradeoff",
        title="Accuracy against latency",
        note="Up and to the left is better. The stepped line is the Pareto front: no other run is both faster and "
        "more accurate. A thin line joins the thread counts of one file; bars are 95 % intervals.",
        summary=f"Scatter plot of {len(points)} runs. On the Pareto front, from fast to accurate: {names}.",
        table=_table(points, front),
        spec=lambda frame: _spec(frame, points, front),
    )


def _told(point: _Point) -> str:
    return f"{milliseconds(point.place[0])} ms, {point.place[1]:.1f} %"


def _table(points: Sequence[_Point], front: Sequence[_Point]) -> Table:
    return Table(
        headers=("run", "p50 ms", "top-1 (95 % interval)", "on the Pareto front"),
        rows=tuple(
            (
                point.label,
                milliseconds(point.place[0]),
                accuracy(point.accuracy),
                "yes" if point in front else "no",
            )
            for point in points
        ),
    )


def _spec(frame: Frame, points: Sequence[_Point], front: Sequence[_Point]) -> Spec:
    where = _axes(points)
    colour = precision_colour(frame, [point.run for point in points])
    data = [_datum(point) for point in points]
    steps: list[Datum] = [{"x": point.place[0], "y": point.place[1]} for point in front]
    interval = {"y": {**where["y"], "field": "low"}, "y2": {"field": "high"}}
    layers = [
        layer("line", data, encoding={**where, "detail": {"field": "file"}}, color=frame.palette.line),
        layer(
            "line",
            steps,
            encoding=where,
            color=frame.palette.soft,
            interpolate="step-after",
            strokeDash=[4, 3],
            strokeWidth=1.5,
        ),
        layer(
            "rule",
            data,
            encoding={**where, **interval, "color": colour, "description": DESCRIPTION},
            opacity=0.4,
            strokeWidth=2,
        ),
        layer(
            "point",
            data,
            encoding={**where, "color": colour, "shape": _shape(frame, points), "description": DESCRIPTION},
            filled=True,
            opacity=1,
            size=110,
        ),
        *_names(frame, points, front, where),
    ]
    return framed(frame, height=_HEIGHT, layers=layers)


def _axes(points: Sequence[_Point]) -> Spec:
    latencies = [point.place[0] for point in points]
    low = min(100 * point.accuracy.interval[0] for point in points)
    high = max(100 * point.accuracy.interval[1] for point in points)
    margin = 1.05 * (max(latencies) / min(latencies)) ** 0.05
    return {
        "x": latency_axis(min(latencies) / margin, max(latencies) * margin, title="end to end, p50, ms"),
        "y": {
            "field": "y",
            "type": "quantitative",
            "title": "top-1, %",
            "scale": {"domain": [max(0.0, low - 1), min(100.0, high + 1)], "nice": False, "zero": False},
            "axis": {"tickCount": 6},
        },
    }


def _shape(frame: Frame, points: Sequence[_Point]) -> Spec:
    formats = list(dict.fromkeys(point.run.format for point in points))
    return {
        "field": "format",
        "type": "nominal",
        "scale": {"domain": formats, "range": [_SHAPES.get(name, "diamond") for name in formats]},
        "legend": {"symbolFillColor": frame.palette.soft},
    }


def _datum(point: _Point) -> Datum:
    x, y = point.place
    low, high = (100 * bound for bound in point.accuracy.interval)
    tip = f"{point.label}: p50 {milliseconds(x)} ms, top-1 {accuracy(point.accuracy)}"
    return {
        "x": x,
        "y": y,
        "low": low,
        "high": high,
        "file": f"{point.run.file} {point.run.engine}",
        "precision": point.run.precision,
        "format": point.run.format,
        "key": key(point.series, tip),
    }


def _names(frame: Frame, points: Sequence[_Point], front: Sequence[_Point], where: Spec) -> list[Spec]:
    """Names beside the points, as far as there is room: those on the front first, others where runs are few."""
    size = (frame.width - _AXIS, float(_HEIGHT))
    order = [points.index(point) for point in front]
    if len(points) <= MAX_NAMED:
        order += [index for index, point in enumerate(points) if point not in front]
    pixels = [
        (size[0] * _share(point.place[0], where["x"]), size[1] * (1 - _share(point.place[1], where["y"])))
        for point in points
    ]
    labels = [point.label for point in points]
    layers = []
    for place in place_names(pixels, labels, order=order, size=size):
        point = points[place.index]
        x, y = point.place
        data: list[Datum] = [{"x": x, "y": y, "text": point.label, "key": key(point.series, point.label)}]
        layers.append(
            layer(
                "text",
                data,
                encoding={**where, "text": {"field": "text"}, "description": DESCRIPTION},
                align=place.align,
                baseline="middle",
                color=frame.palette.ink,
                dx=place.dx,
                dy=place.dy,
                fontSize=11,
            )
        )
    return layers


def _share(value: float, axis: Spec) -> float:
    """How far along its axis a value lies, 0..1."""
    low, high = axis["scale"]["domain"]
    if axis["scale"].get("type") == "log":
        value, low, high = math.log(value), math.log(low), math.log(high)
    return float((value - low) / (high - low))
