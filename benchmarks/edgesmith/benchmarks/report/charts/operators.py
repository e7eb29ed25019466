"""Time by operator, where the engine's own profiler told it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from edgesmith.benchmarks.report.charts.chart import Chart, Frame, Spec, Table
from edgesmith.benchmarks.report.charts.rows import Row, bars, rows_spec, stacked
from edgesmith.benchmarks.report.wording import milliseconds
from edgesmith.benchmarks.results import BenchRun
from edgesmith.benchmarks.worker.messages import OperatorTime

_KINDS = 7  # of the palette's colours; the rest is one part
_REST = "others"
_LONGEST = 10  # single operators that the table names for each run

_Profiled = list[tuple[int, BenchRun, tuple[OperatorTime, ...]]]


def operators_chart(runs: Sequence[BenchRun], labels: Sequence[str]) -> Chart | None:
    """Mean time of each kind of operator, stacked; None without a profile."""
    found = [(series, run, run.profile) for series, run in enumerate(runs) if run.profile]
    if not found:
        return None
    kinds = _by_kind(operator for _, _, profile in found for operator in profile)
    longest = sorted(kinds, key=lambda kind: -kinds[kind])[:_KINDS]
    return Chart(
        name="operators",
        title="Time by operator",
        note="By the engine's own profiler, in a second session after the measurement; profiling costs time itself.",
        summary=f"Stacked bars of {len(found)} runs. The most time goes into {', '.join(longest[:3])}.",
        table=_table(found, labels),
        spec=lambda frame: _spec(frame, found, labels, longest),
    )


def _by_kind(operators: Iterable[OperatorTime]) -> defaultdict[str, float]:
    times: defaultdict[str, float] = defaultdict(float)
    for operator in operators:
        times[operator.kind] += operator.milliseconds
    return times


def _table(found: _Profiled, labels: Sequence[str]) -> Table:
    return Table(
        headers=("run", "kind", "operator", "mean ms", "share of all"),
        rows=tuple(
            (
                labels[series],
                operator.kind,
                operator.name,
                milliseconds(operator.milliseconds),
                f"{100 * operator.milliseconds / max(1e-9, sum(one.milliseconds for one in profile)):.1f} %",
            )
            for series, _, profile in found
            for operator in sorted(profile, key=lambda one: -one.milliseconds)[:_LONGEST]
        ),
        text_columns=3,
    )


def _spec(frame: Frame, found: _Profiled, labels: Sequence[str], longest: Sequence[str]) -> Spec:
    names = [*longest, _REST]
    parts, rows = [], []
    for series, _, profile in found:
        times = _by_kind(profile)
        whole = sum(times.values())
        named = {kind: times[kind] for kind in longest}
        named[_REST] = max(0.0, whole - sum(named.values()))
        parts.append(
            [
                (kind, value, f"{labels[series]}: {kind} {milliseconds(value)} ms")
                for kind, value in named.items()
            ]
        )
        rows.append(Row(name=labels[series], value=f"{milliseconds(whole)} ms", series=series))
    colours = dict(zip(names, [*frame.palette.parts[1:], frame.palette.parts[0]], strict=False))
    series_of_row = [series for series, _, _ in found]
    return rows_spec(
        frame, [bars(stacked(parts, series_of_row), title="mean, ms", colours=colours)], rows=rows
    )
