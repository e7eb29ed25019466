"""What more threads bring: each file's thread counts on one line."""

from collections import defaultdict
from collections.abc import Sequence

from edgesmith.benchmarks.report.charts.axes import latency_axis, precision_colour
from edgesmith.benchmarks.report.charts.chart import DESCRIPTION, Chart, Datum, Frame, Spec, Table, key, layer
from edgesmith.benchmarks.report.charts.rows import BOTTOM, TOP, Row, Y, rows_spec
from edgesmith.benchmarks.report.wording import milliseconds, name_of, threads
from edgesmith.benchmarks.results import BenchRun

_Line = list[tuple[int, BenchRun]]  # the runs of one file and engine with their indices, by threads


def scaling_chart(runs: Sequence[BenchRun]) -> Chart | None:
    """p50 of invoke by number of threads, beside what twice the threads could bring at best; None for one number."""
    lines = _lines(runs)
    if not lines:
        return None
    gains = {_name(line, lines): (_gain(line[0][1], line[-1][1]), line[-1][1].threads) for line in lines}
    best, worst = (choose(gains, key=lambda name: gains[name]) for choose in (max, min))
    told = f"most {best} ({gains[best][0]:.2f} times as fast with {gains[best][1]} threads)"
    least = f", least {worst} ({gains[worst][0]:.2f})" if len(gains) > 1 else ""
    return Chart(
        name="scaling",
        title="What more threads bring",
        note="p50 of invoke; a larger dot is more threads. The ring is where the most threads would be if each did "
        "its full share. On this axis equal steps are equal factors.",
        summary=f"For each of {len(lines)} files the time by number of threads. Threads bring {told}{least}.",
        table=_table(lines),
        spec=lambda frame: _spec(frame, lines),
    )


def _lines(runs: Sequence[BenchRun]) -> list[_Line]:
    found: dict[tuple[str, str], _Line] = defaultdict(list)
    for series, run in enumerate(runs):
        found[run.file, run.engine].append((series, run))
    lines = [sorted(line, key=lambda one: one[1].threads) for line in found.values()]
    return [line for line in lines if len({run.threads for _, run in line}) > 1]


def _name(line: _Line, lines: Sequence[_Line]) -> str:
    return name_of(line[0][1], [run for one in lines for _, run in one])


def _invoke(run: BenchRun) -> float:
    return run.summary.phases.invoke.p50


def _gain(few: BenchRun, many: BenchRun) -> float:
    return _invoke(few) / max(_invoke(many), 1e-4)


def _table(lines: Sequence[_Line]) -> Table:
    return Table(
        headers=("file", "threads", "invoke p50 ms", "times as fast"),
        rows=tuple(
            (
                _name(line, lines),
                str(run.threads),
                milliseconds(_invoke(run)),
                f"{_gain(line[0][1], run):.2f}",
            )
            for line in lines
            for _, run in line
        ),
    )


def _spec(frame: Frame, lines: Sequence[_Line]) -> Spec:
    dots = [_dot(row, line, place) for row, line in enumerate(lines) for place in range(len(line))]
    rings = [_ideal(row, line) for row, line in enumerate(lines)]
    times = [datum["x"] for datum in [*dots, *rings]]
    x = latency_axis(min(times) / 1.1, max(times) * 1.1, title="invoke, p50, ms", logarithmic=True)
    where: Spec = {"x": x, "y": Y}
    told = {**where, "description": DESCRIPTION}
    colour = precision_colour(frame, [run for line in lines for _, run in line])
    area = _area(frame, sorted({datum["threads"] for datum in dots}))
    layers = [
        layer("line", dots, encoding={**where, "detail": {"field": "file"}}, color=frame.palette.line),
        layer("point", rings, encoding=told, color=frame.palette.soft, size=90, strokeWidth=1.2),
        layer("point", dots, encoding={**told, "color": colour, "size": area}, filled=True, opacity=0.9),
    ]
    rows = [
        Row(name=_name(line, lines), value=f"×{_gain(line[0][1], line[-1][1]):.2f}", series=None)
        for line in lines
    ]
    return rows_spec(frame, layers, rows=rows)


def _area(frame: Frame, counts: Sequence[int]) -> Spec:
    return {
        "field": "threads",
        "type": "ordinal",
        "scale": {"domain": counts, "range": [45 + 60 * place for place in range(len(counts))]},
        "legend": {
            "labelExpr": "datum.label + (datum.value == 1 ? ' thread' : ' threads')",
            "symbolFillColor": frame.palette.soft,
        },
    }


def _dot(row: int, line: _Line, place: int) -> Datum:
    series, run = line[place]
    return {
        "x": max(_invoke(run), 1e-4),
        "y": row + (TOP + BOTTOM) / 2,
        "file": row,
        "threads": run.threads,
        "precision": run.precision,
        "key": key(series, _tip(line[0][1], run)),
    }


def _tip(few: BenchRun, run: BenchRun) -> str:
    return (
        f"{run.file}, {threads(run.threads)}: invoke p50 {milliseconds(_invoke(run))} ms, {_gain(few, run):.2f} times "
        f"as fast as with {few.threads}"
    )


def _ideal(row: int, line: _Line) -> Datum:
    few, many = line[0][1], line[-1][1]
    at_best = max(_invoke(few), 1e-4) * few.threads / many.threads
    tip = f"{many.file}: {milliseconds(at_best)} ms, if each of {many.threads} threads did its full share"
    return {"x": at_best, "y": row + (TOP + BOTTOM) / 2, "key": key(None, tip)}
