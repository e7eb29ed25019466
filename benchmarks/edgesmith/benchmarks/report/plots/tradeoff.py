"""Latency against accuracy: the figure that a choice is made from."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from edgesmith.benchmarks.report.plots.figure import (
    PRECISION_COLOURS,
    new_figure,
    to_svg,
    use_plain_log_ticks,
)
from edgesmith.benchmarks.report.plots.placement import place_labels
from edgesmith.benchmarks.results import BenchRun
from edgesmith.runtime.accuracy import Accuracy

MAX_NAMED = 10  # more points carry the numbers of the table's rows
_MARKERS = {"tflite": "o", "onnx": "s"}
_LOG_SPREAD = 4  # slowest over fastest from which a logarithmic axis reads better


def tradeoff_plot(runs: Sequence[BenchRun], labels: Sequence[str]) -> str:
    """SVG: p50 end to end in ms against top-1 in percent, with 95 % intervals; runs without accuracy left out."""
    chosen = [
        (run, label if len(runs) <= MAX_NAMED else str(number))
        for number, (run, label) in enumerate(zip(runs, labels, strict=True), start=1)
        if run.accuracy is not None
    ]
    with new_figure(height=4.8) as (figure, axes):
        points = [_draw(axes, run) for run, _ in chosen]
        _scale(axes, [x for x, _ in points])
        axes.set_xlabel("end to end, p50, ms (left is faster)")
        axes.set_ylabel("top-1, % (with 95 % interval)")
        place_labels(axes, points, [label for _, label in chosen])
        return to_svg(
            figure, name="tradeoff", title="Scatter plot of latency against accuracy; see the table"
        )


def _draw(axes: Axes, run: BenchRun) -> tuple[float, float]:
    x, y = run.summary.p50, 100 * _accuracy(run).top1
    low, high = (100 * bound for bound in _accuracy(run).interval)
    colour = PRECISION_COLOURS[run.precision]
    axes.errorbar(x, y, yerr=[[max(0, y - low)], [max(0, high - y)]], color=colour, alpha=0.45, capsize=3)
    axes.plot(x, y, _MARKERS.get(run.format, "D"), color=colour, markersize=8, zorder=3)
    return x, y


def _accuracy(run: BenchRun) -> Accuracy:
    if run.accuracy is None:
        raise ValueError(f"{run.file} has no accuracy")
    return run.accuracy


def _scale(axes: Axes, latencies: Sequence[float]) -> None:
    spread = max(latencies) / min(latencies)
    if spread > _LOG_SPREAD:
        axes.set_xlim(min(latencies) / spread**0.15, max(latencies) * spread**0.3)
        use_plain_log_ticks(axes)
    else:
        # From nought, so that distances are ratios; room on the right for the labels.
        axes.set_xlim(0, max(latencies) * 1.3)
    low, high = axes.get_ylim()
    axes.set_ylim(max(-3, low - 0.08 * (high - low)), min(100.5, high + 0.08 * (high - low)))
