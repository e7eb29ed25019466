"""The shape of the latency: one row a run, so that a long tail or two humps cannot hide behind a median."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgesmith.benchmarks.report.charts.axes import latency_axis, precision_colour
from edgesmith.benchmarks.report.charts.chart import DESCRIPTION, Chart, Datum, Frame, Spec, Table, key, layer
from edgesmith.benchmarks.report.charts.rows import BOTTOM, TOP, Y2, Row, Y, rows_spec
from edgesmith.benchmarks.report.wording import interval, milliseconds, sample_of
from edgesmith.benchmarks.results import BenchRun

_MAX_BINS = 72
_PERCENTILES = ("p50", "p90", "p99")


def distribution_chart(runs: Sequence[BenchRun], labels: Sequence[str]) -> Chart:
    """Histograms of every end-to-end sample on a common logarithmic axis, with p50, p90 and p99 marked."""
    slowest = max(range(len(runs)), key=lambda index: runs[index].summary.p99 / runs[index].summary.p50)
    ratio = runs[slowest].summary.p99 / runs[slowest].summary.p50
    return Chart(
        name="distribution",
        title="Latency of every sample",
        note=f"{sample_of(runs).capitalize()}, on a common logarithmic axis; marks at p50, p90 and p99. Narrow is steady; a long tail is "
        "noise, or real images that differ.",
        summary=f"Histograms of {len(runs)} runs. The longest tail has {labels[slowest]}: p99 is {ratio:.1f} times p50.",
        table=Table(
            headers=("run", "samples", "p50 ms (95 % interval)", "p90 ms", "p99 ms", "mean ms", "stdev ms"),
            rows=tuple(_row(run, label) for run, label in zip(runs, labels, strict=True)),
        ),
        spec=lambda frame: _spec(frame, runs, labels),
    )


def _row(run: BenchRun, label: str) -> tuple[str, ...]:
    found = run.summary
    return (
        label,
        str(len(run.samples_ms)),
        f"{milliseconds(found.p50)}{interval(found.p50_interval)}",
        *(milliseconds(value) for value in (found.p90, found.p99, found.mean, found.stdev)),
    )


def _spec(frame: Frame, runs: Sequence[BenchRun], labels: Sequence[str]) -> Spec:
    low = 0.97 * max(1e-4, min(min(run.samples_ms.end_to_end) for run in runs))
    high = 1.03 * max(2e-4, *(max(run.samples_ms.end_to_end) for run in runs))
    fewest = min(len(run.samples_ms) for run in runs)
    edges = np.geomspace(low, high, min(_MAX_BINS, round(5 * math.sqrt(fewest)) + 1) + 1)
    x = latency_axis(low, high, title=f"{sample_of(runs)}, ms", logarithmic=True)
    areas = [datum for row, run in enumerate(runs) for datum in _area(run, row, labels[row], edges)]
    marks = [datum for row, run in enumerate(runs) for datum in _marks(run, row, labels[row])]
    where: Spec = {"x": x, "y": Y, "y2": Y2, "description": DESCRIPTION}
    by_row = {**where, "color": precision_colour(frame, runs), "detail": {"field": "row"}}
    layers = [
        layer("area", areas, encoding=by_row, interpolate="step", opacity=0.6),
        layer("rule", marks, encoding=where, color=frame.palette.ink, strokeWidth=2),
    ]
    rows = [
        Row(
            name=label,
            value=f"p50 {milliseconds(run.summary.p50)} · p99 {milliseconds(run.summary.p99)}",
            series=row,
        )
        for row, (run, label) in enumerate(zip(runs, labels, strict=True))
    ]
    return rows_spec(frame, layers, rows=rows)


def _area(run: BenchRun, row: int, label: str, edges: NDArray[np.float64]) -> list[Datum]:
    counts, _ = np.histogram(run.samples_ms.end_to_end, bins=edges)
    tops = row + BOTTOM - (BOTTOM - TOP) * counts / counts.max()
    found = run.summary
    tip = (
        f"{label}: {len(run.samples_ms)} samples, p50 {milliseconds(found.p50)} ms{interval(found.p50_interval)}, "
        f"p90 {milliseconds(found.p90)} ms, p99 {milliseconds(found.p99)} ms"
    )
    base = {"y2": row + BOTTOM, "row": row, "precision": run.precision, "key": key(row, tip)}
    middles = np.sqrt(edges[1:] * edges[:-1])
    # Runs of empty bins need no points of their own: the outline is flat there.
    kept = np.flatnonzero(np.convolve(counts > 0, [1, 1, 1], mode="same"))
    return [{"x": float(f"{middles[index]:.4g}"), "y": float(tops[index]), **base} for index in kept]


def _marks(run: BenchRun, row: int, label: str) -> list[Datum]:
    return [
        {
            "x": getattr(run.summary, name),
            "y": row + BOTTOM - height * (BOTTOM - TOP),
            "y2": row + BOTTOM,
            "key": key(row, f"{label}: {name} {milliseconds(getattr(run.summary, name))} ms"),
        }
        for name, height in zip(_PERCENTILES, (1.0, 0.7, 0.4), strict=True)
    ]
