"""How much memory a run needs, and what for."""

from collections.abc import Sequence

from edgesmith.benchmarks.report.charts.chart import DESCRIPTION, Chart, Datum, Frame, Spec, Table, key, layer
from edgesmith.benchmarks.report.charts.rows import BOTTOM, TOP, Y2, Row, Y, bars, rows_spec, stacked
from edgesmith.benchmarks.report.wording import UNKNOWN, size
from edgesmith.benchmarks.results import BenchRun

_MB = 1e6
_PARTS = ("Python", "loading", "inference")


def memory_chart(runs: Sequence[BenchRun], labels: Sequence[str]) -> Chart | None:
    """The process's resident set in parts, with its peak; None where there is no process, as in a browser."""
    peaks = [run.peak_rss_bytes for run in runs if run.peak_rss_bytes is not None]
    if len(peaks) < len(runs):
        return None
    return Chart(
        name="memory",
        title="Memory",
        note="Resident set of the measuring process after its samples, by what made it grow: Python "
        "with edgesmith, loading engine and model, inference. The mark is its peak.",
        summary=f"Stacked bars of {len(runs)} runs. The peak is {size(min(peaks))} to {size(max(peaks))}.",
        table=Table(
            headers=("run", *_PARTS, "peak", "model file"),
            rows=tuple(
                (
                    label,
                    *(size(part) for part in _parts(run)),
                    *[UNKNOWN] * (len(_PARTS) - len(_parts(run))),
                    size(run.peak_rss_bytes),
                    size(run.bytes),
                )
                for run, label in zip(runs, labels, strict=True)
            ),
        ),
        spec=lambda frame: _spec(frame, runs, labels, peaks),
    )


def _parts(run: BenchRun) -> tuple[int, ...]:
    """Bytes of `_PARTS`; empty where the system did not tell. A set that shrank grew by nothing."""
    found = run.memory
    if found is None:
        return ()
    return (found.before_load_bytes, max(0, found.load_growth_bytes), max(0, found.inference_growth_bytes))


def _spec(frame: Frame, runs: Sequence[BenchRun], labels: Sequence[str], highest: Sequence[int]) -> Spec:
    parts = [
        [
            (name, value / _MB, f"{label}: {name} {size(value)}")
            for name, value in zip(_PARTS, _parts(run), strict=False)  # none where it is not known
        ]
        for run, label in zip(runs, labels, strict=True)
    ]
    peaks: list[Datum] = [
        {
            "x": peak / _MB,
            "y": row + TOP - 0.04,
            "y2": row + BOTTOM + 0.04,
            "key": key(row, f"{label}: peak {size(peak)}, model file {size(run.bytes)}"),
        }
        for row, (run, label, peak) in enumerate(zip(runs, labels, highest, strict=True))
    ]
    colours = dict(zip(_PARTS, frame.palette.parts, strict=False))  # as many as are needed
    x: Spec = {"field": "x", "type": "quantitative"}
    layers = [
        bars(stacked(parts), title="MB", colours=colours),
        layer(
            "rule",
            peaks,
            encoding={"x": x, "y": Y, "y2": Y2, "description": DESCRIPTION},
            color=frame.palette.ink,
            strokeWidth=3,
        ),
    ]
    rows = [
        Row(name=label, value=f"peak {size(peak)}", series=row)
        for row, (label, peak) in enumerate(zip(labels, highest, strict=True))
    ]
    return rows_spec(frame, layers, rows=rows)
