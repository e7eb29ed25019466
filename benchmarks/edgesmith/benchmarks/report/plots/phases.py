"""Where the time goes: stacked phases, one bar a variant."""

from collections.abc import Sequence

from edgesmith.benchmarks.report.plots.figure import INK, PHASE_COLOURS, new_figure, to_svg
from edgesmith.benchmarks.report.wording import milliseconds
from edgesmith.benchmarks.results import BenchRun
from edgesmith.benchmarks.worker.messages import PHASES

_ROW, _FRAME = 0.34, 1.0  # inches


def phase_plot(runs: Sequence[BenchRun], labels: Sequence[str]) -> str:
    """SVG: mean time of decode, preprocess, invoke and postprocess. Means, since they add up; medians do not."""
    with new_figure(height=_FRAME + _ROW * len(runs)) as (figure, axes):
        rows = [-row for row in range(len(runs))]
        ends = [0.0] * len(runs)
        for phase in PHASES:
            widths = [getattr(run.summary.phases, phase).mean for run in runs]
            axes.barh(rows, widths, left=ends, height=0.62, color=PHASE_COLOURS[phase], label=phase)
            ends = [end + width for end, width in zip(ends, widths, strict=True)]
        for row, end in zip(rows, ends, strict=True):
            axes.annotate(
                milliseconds(end),
                (end, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                color=INK,
            )
        axes.set_yticks(rows, labels)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_xlim(0, max(ends) * 1.16)
        axes.set_xlabel("mean, ms")
        figure.legend(loc="outside upper center", ncols=len(PHASES), handlelength=1, columnspacing=1.2)
        return to_svg(figure, name="phases", title="Mean time of each phase of each run")
