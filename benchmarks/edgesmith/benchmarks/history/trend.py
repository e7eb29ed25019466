"""Latency over time: each variant's p50 of invoke with its interval, one curve a variant."""

from collections.abc import Sequence
from datetime import datetime

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
from edgesmith.benchmarks.report.charts.drawing import svg_for_page, to_png
from edgesmith.benchmarks.report.page import render_page
from edgesmith.benchmarks.report.wording import accuracy, interval, milliseconds
from edgesmith.benchmarks.results import BenchResult, BenchRun

Dated = Sequence[tuple[datetime, BenchResult]]
Curve = list[tuple[datetime, BenchRun]]

_HEIGHT = 320


def curves(history: Dated) -> dict[str, Curve]:
    """Runs by variant, in the order of time; the name says file, engine and threads."""
    found: dict[str, Curve] = {}
    for time, result in history:
        for run in result.runs:
            found.setdefault(f"{run.file} {run.engine_name} ×{run.threads}", []).append((time, run))
    return found


def trend_chart(history: Dated) -> Chart:
    """The curves. Latency from zero: a change looks as large as it is."""
    found = curves(history)
    return Chart(
        name="trend",
        title="Inference over time",
        note="p50 of invoke. Each point is a benchmark; the shade is the 95 % interval of its own median.",
        summary=f"Lines of {len(found)} variants over {len(history)} benchmarks.",
        table=_table(found),
        spec=lambda frame: _spec(frame, found),
    )


def draw_picture(history: Dated) -> bytes:
    """The curves as PNG."""
    return to_png(trend_chart(history))


def draw_page(history: Dated) -> str:
    """One self-contained page: the curves, and their numbers as a table."""
    chart = trend_chart(history)
    machine = history[-1][1].environment
    return render_page(
        "trend.html.jinja",
        machine=machine.board or machine.cpu_model,
        variants=list(curves(history)),
        chart=chart,
        drawn=svg_for_page(chart),
    )


def _table(found: dict[str, Curve]) -> Table:
    return Table(
        headers=(
            "variant",
            "time",
            "engine",
            "invoke p50 ms (95 % interval)",
            "invoke p90 ms",
            "end to end p50 ms",
            "top-1 (95 % interval)",
        ),
        rows=tuple(
            (
                name,
                f"{time:%Y-%m-%d %H:%M} UTC",
                run.engine,
                f"{milliseconds(run.summary.phases.invoke.p50)}{interval(run.summary.phases.invoke.p50_interval)}",
                milliseconds(run.summary.phases.invoke.p90),
                milliseconds(run.summary.p50),
                accuracy(run.accuracy),
            )
            for name, curve in found.items()
            for time, run in curve
        ),
        text_columns=3,
    )


def _spec(frame: Frame, found: dict[str, Curve]) -> Spec:
    data = [
        _datum(series, name, time, run)
        for series, (name, curve) in enumerate(found.items())
        for time, run in curve
    ]
    x: Spec = {
        "field": "time",
        "type": "temporal",
        "title": "UTC",
        # Vega would take the time zone of whoever draws; without one in the text, UTC must be said.
        "scale": {"type": "utc", "nice": False},
        "axis": {"grid": False, "labelOverlap": "greedy", "tickCount": 5},
    }
    y: Spec = {"field": "p50", "type": "quantitative", "title": "invoke, p50, ms", "scale": {"zero": True}}
    colour: Spec = {
        "field": "variant",
        "type": "nominal",
        "scale": {"domain": list(found), "range": _colours(frame, len(found))},
        # Opaque: Vega would draw them as pale as the bands.
        "legend": {
            "columns": max(1, frame.width // 320),
            "labelLimit": 290,
            "symbolType": "square",
            "symbolOpacity": 1,
        },
    }
    where = {"x": x, "color": colour, "description": DESCRIPTION}
    band = {**where, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    return framed(
        frame,
        height=_HEIGHT,
        layers=[
            layer("area", data, encoding=band, opacity=0.2),
            layer("line", data, encoding={**where, "y": y}, strokeWidth=1.6),
            layer("point", data, encoding={**where, "y": y}, filled=True, opacity=1, size=30),
        ],
    )


def _colours(frame: Frame, count: int) -> list[str]:
    """The palette, over and over: hovering tells what so many colours cannot."""
    palette = [*frame.palette.parts[1:], *frame.palette.parts[:1]]
    return [palette[index % len(palette)] for index in range(count)]


def _datum(series: int, name: str, time: datetime, run: BenchRun) -> Datum:
    invoke = run.summary.phases.invoke
    low, high = invoke.p50_interval or (invoke.p50, invoke.p50)
    tip = f"{name}, {time:%Y-%m-%d %H:%M} UTC: {milliseconds(invoke.p50)} ms{interval(invoke.p50_interval)}"
    return {
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "p50": invoke.p50,
        "low": low,
        "high": high,
        "variant": name,
        "key": key(series, tip),
    }
