"""Latency over time: each variant's p50 of invoke with its interval, one curve a variant."""

import base64
import html
import io
from collections.abc import Sequence
from datetime import datetime

from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.figure import Figure

from edgesmith.benchmarks.results import BenchResult, BenchRun

Dated = Sequence[tuple[datetime, BenchResult]]
Curve = list[tuple[datetime, BenchRun]]

_SIZE = (8.0, 4.5)  # inches
_DPI = 120


def curves(history: Dated) -> dict[str, Curve]:
    """Runs by variant, in the order of time; the name says file, engine and threads."""
    found: dict[str, Curve] = {}
    for time, result in history:
        for run in result.runs:
            found.setdefault(f"{run.file} {run.engine_name} ×{run.threads}", []).append((time, run))
    return found


def draw_picture(history: Dated) -> bytes:
    """The curves as PNG. Time goes by dates, latency from zero: a change looks as large as it is."""
    # Not pyplot: it would keep the figure alive, and ask for a display.
    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    for name, curve in curves(history).items():
        _draw(axes, name, curve)
    locator = axes.xaxis.get_major_locator()
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # matplotlib leaves it so
    axes.set_ylim(bottom=0)
    axes.set_ylabel("invoke p50, ms")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small", frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def draw_page(history: Dated) -> str:
    """One self-contained page: the picture, and its numbers as a table."""
    picture = base64.b64encode(draw_picture(history)).decode()
    rows = "\n".join(
        f"<tr><td>{html.escape(name)}</td><td>{time:%Y-%m-%d %H:%M} UTC</td>{_cells(run)}</tr>"
        for name, curve in curves(history).items()
        for time, run in curve
    )
    machine = history[-1][1].environment
    return _PAGE.format(machine=html.escape(machine.board or machine.cpu_model), picture=picture, rows=rows)


def _draw(axes: Axes, name: str, curve: Curve) -> None:
    times = [time for time, _ in curve]
    invokes = [run.summary.phases.invoke for _, run in curve]
    middles = [invoke.p50 for invoke in invokes]
    (line,) = axes.plot(times, middles, marker="o", markersize=3, label=name)  # type: ignore[arg-type]  # dates are fine
    known = [
        (time, *invoke.p50_interval)
        for time, invoke in zip(times, invokes, strict=True)
        if invoke.p50_interval
    ]
    if known:
        when, low, high = zip(*known, strict=True)
        axes.fill_between(when, low, high, color=line.get_color(), alpha=0.2, linewidth=0)


def _cells(run: BenchRun) -> str:
    invoke = run.summary.phases.invoke
    top1 = "–" if run.accuracy is None else f"{100 * run.accuracy.top1:.2f}"
    values = (f"{invoke.p50:.3f}", f"{invoke.p90:.3f}", f"{run.summary.p50:.3f}", top1, run.engine)
    return "".join(f"<td>{html.escape(value)}</td>" for value in values)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Benchmarks over time</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; }}
img {{ max-width: 100%; height: auto; background: #fff; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ border-bottom: 1px solid #888; padding: 0.2rem 0.6rem; text-align: left; }}
:root {{ color-scheme: light dark; }}
</style>
</head>
<body>
<main>
<h1>Benchmarks over time</h1>
<p>{machine}. Each point is a benchmark; the shade is the 95 % interval of its own median. Whether two of them
differ by more than noise is what <code>edgesmith compare</code> answers.</p>
<img alt="Median time of invoke for each variant over time; the table below has the numbers" src="data:image/png;base64,{picture}">
<div tabindex="0" role="region" aria-label="Numbers">
<table>
<thead><tr><th>variant</th><th>time</th><th>invoke p50 ms</th><th>invoke p90 ms</th><th>end to end p50 ms</th><th>top-1 %</th><th>engine</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""
