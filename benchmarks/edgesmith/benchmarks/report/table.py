"""The table of runs, as text for every output."""

from edgesmith.benchmarks.report.wording import UNKNOWN, accuracy, engine_of, milliseconds, size
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.cli.terminal import one_line

TOP1 = "top-1 (95 % interval)"
HEADERS = (
    "#",
    "file",
    "engine",
    "threads",
    "p50 ms",
    TOP1,
    "top-5",
    "invoke ms",
    "p90 ms",
    "p99 ms",
    "images/s",
    "cold start ms",
    "load ms",
    "first inference ms",
    "peak memory",
    "file size",
)
# What a terminal has room for.
_SHORT = (
    "file",
    "engine",
    "threads",
    "p50 ms",
    "invoke ms",
    "p90 ms",
    "p99 ms",
    "cold start ms",
    "peak memory",
)
TEXT_COLUMNS = frozenset({"file", "engine"})

# What a page in a browser cannot measure, and invoke, which is all that it does.
_NOT_IN_BROWSERS = frozenset({TOP1, "top-5", "invoke ms", "cold start ms", "peak memory"})


def headers(result: BenchResult) -> tuple[str, ...]:
    """The columns that a result has."""
    return tuple(name for name in HEADERS if result.browser is None or name not in _NOT_IN_BROWSERS)


def rows(result: BenchResult) -> list[tuple[str, ...]]:
    """One row a run, cells in the order of `headers`."""
    indices = [HEADERS.index(name) for name in headers(result)]
    whole = [_row(number, run) for number, run in enumerate(result.runs, start=1)]
    return [tuple(row[index] for index in indices) for row in whole]


def caption(result: BenchResult) -> str:
    """What stands below the table: what its columns are."""
    if result.browser is not None:
        return (
            "p50, p90 and p99: one inference, from handing over the pixels until the output can be read. images/s: one "
            "after the other. load: the model, without its download; first inference: before anything is warm."
        )
    return (
        "p50, p90 and p99: end to end, from encoded image to label. invoke: the engine alone, p50. images/s: one after "
        "the other. cold start: from starting a process to its first answer; first inference: the first photo once the "
        "model is loaded."
    )


def _row(number: int, run: BenchRun) -> tuple[str, ...]:
    summary = run.summary
    return (
        str(number),
        run.file,
        engine_of(run),
        str(run.threads),
        milliseconds(summary.p50),
        accuracy(run.accuracy),
        UNKNOWN if run.accuracy is None else f"{100 * run.accuracy.top5:.1f} %",
        milliseconds(summary.phases.invoke.p50),
        milliseconds(summary.p90),
        milliseconds(summary.p99),
        UNKNOWN if summary.throughput is None else f"{summary.throughput:.1f}",
        milliseconds(run.cold_start_ms),
        milliseconds(run.load_ms),
        milliseconds(run.first_ms),
        size(run.peak_rss_bytes),
        size(run.bytes),
    )


def failed_rows(result: BenchResult) -> list[tuple[str, str, str, str]]:
    """One row a run that could not be measured: file, engine, threads, and why."""
    return [
        (
            run.file,
            (run.engine or UNKNOWN).partition(" ")[0],
            str(run.threads),
            f"not measured: {run.reason}{f' ({run.tip})' if run.tip else ''}",
        )
        for run in result.failed
    ]


def terminal_table(result: BenchResult) -> str:
    """Aligned columns for a terminal; top-1 only where it was measured."""
    shown = headers(result)
    wanted = [name for name in [*_SHORT, *([TOP1] if result.data.labelled else [])] if name in shown]
    indices = [shown.index(name) for name in wanted]
    lines = [[row[index] for index in indices] for row in [shown, *rows(result)]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(indices))]
    aligned = [
        "  ".join(
            cell.ljust(width) if name in TEXT_COLUMNS else cell.rjust(width)
            for cell, width, name in zip(line, widths, wanted, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join(map(one_line, [*aligned, *("  ".join(row) for row in failed_rows(result))]))
