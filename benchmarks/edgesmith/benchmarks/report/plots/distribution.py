"""The distribution of all end-to-end samples, one row a variant."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from edgesmith.benchmarks.report.plots.figure import (
    INK,
    PRECISION_COLOURS,
    new_figure,
    to_svg,
    use_plain_log_ticks,
)
from edgesmith.benchmarks.results import BenchRun

_BINS = 120
_ROW, _FRAME = 0.42, 0.9  # inches
_PEAK = 0.8  # height of the highest bin, in rows


def distribution_plot(runs: Sequence[BenchRun], labels: Sequence[str]) -> str:
    """SVG: histograms of every sample on a common logarithmic axis, with p50, p90 and p99 marked."""
    lowest = min(min(run.samples_ms.end_to_end) for run in runs)
    highest = max(max(run.samples_ms.end_to_end) for run in runs)
    edges = np.geomspace(max(lowest, 1e-4) * 0.97, max(highest, 2e-4) * 1.03, _BINS + 1)
    with new_figure(height=_FRAME + _ROW * len(runs)) as (figure, axes):
        for row, run in enumerate(runs):
            _draw(axes, run, -row, edges)
        axes.set_xlim(edges[0], edges[-1])
        use_plain_log_ticks(axes)
        axes.set_ylim(-len(runs) + 0.75, 1.0)
        axes.set_yticks([-row for row in range(len(runs))], labels)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("end to end, ms; marks at p50, p90 and p99")
        return to_svg(figure, name="distribution", title="Distribution of all latency samples of each run")


def _draw(axes: Axes, run: BenchRun, base: int, edges: NDArray[np.float64]) -> None:
    counts, _ = np.histogram(run.samples_ms.end_to_end, bins=edges)
    colour = PRECISION_COLOURS[run.precision]
    axes.stairs(
        base + _PEAK * counts / counts.max(), edges, baseline=base, fill=True, color=colour, alpha=0.55
    )
    axes.plot([edges[0], edges[-1]], [base, base], color=colour, linewidth=0.6)
    summary = run.summary
    for value, height in ((summary.p50, 0.34), (summary.p90, 0.24), (summary.p99, 0.16)):
        axes.plot([value, value], [base, base + height], color=INK, linewidth=1.3, solid_capstyle="butt")
