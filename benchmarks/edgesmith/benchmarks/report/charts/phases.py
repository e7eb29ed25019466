"""Where the time goes: stacked phases, one bar a run."""

from collections.abc import Sequence

from edgesmith.benchmarks.report.charts.chart import Chart, Frame, Spec, Table
from edgesmith.benchmarks.report.charts.rows import Row, bars, rows_spec, stacked
from edgesmith.benchmarks.report.wording import milliseconds
from edgesmith.benchmarks.results import BenchRun
from edgesmith.benchmarks.worker.messages import PHASES


def phases_chart(runs: Sequence[BenchRun], labels: Sequence[str]) -> Chart | None:
    """Mean time of decode, preprocess, invoke and postprocess. Means, since they add up; medians do not.

    None where some were not timed, as in a browser.
    """
    means = [_means(run) for run in runs]
    if any(len(one) < len(PHASES) for one in means):
        return None
    shares = [100 * one["invoke"] / sum(one.values()) for one in means]
    return Chart(
        name="phases",
        title="Where the time goes",
        note="Means of the four phases, which add up to the whole.",
        summary=f"Stacked bars of {len(runs)} runs. invoke, the engine itself, takes {min(shares):.0f} to "
        f"{max(shares):.0f} % of the time.",
        table=Table(
            headers=("run", *(f"{phase} ms" for phase in PHASES), "together ms"),
            rows=tuple(
                (
                    label,
                    *(milliseconds(value) for value in one.values()),
                    milliseconds(sum(one.values())),
                )
                for label, one in zip(labels, means, strict=True)
            ),
        ),
        spec=lambda frame: _spec(frame, means, labels),
    )


def _means(run: BenchRun) -> dict[str, float]:
    return {phase: found.mean for phase in PHASES if (found := run.summary.phases.of(phase)) is not None}


def _spec(frame: Frame, means: Sequence[dict[str, float]], labels: Sequence[str]) -> Spec:
    parts = [
        [(phase, value, f"{label}: {phase} {milliseconds(value)} ms") for phase, value in one.items()]
        for label, one in zip(labels, means, strict=True)
    ]
    rows = [
        Row(name=label, value=f"{milliseconds(sum(one.values()))} ms", series=row)
        for row, (label, one) in enumerate(zip(labels, means, strict=True))
    ]
    drawn = bars(stacked(parts), title="mean, ms", colours=frame.palette.phases)
    return rows_spec(frame, [drawn], rows=rows)
