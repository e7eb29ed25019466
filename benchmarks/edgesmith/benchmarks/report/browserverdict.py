"""The first lines of a report on a browser: what these numbers are not, then what is wrong, then what they say."""

from collections.abc import Iterator

from edgesmith.benchmarks.browser.facts import CAVEAT, BrowserVisit
from edgesmith.benchmarks.report.wording import joined, milliseconds, threads
from edgesmith.benchmarks.results import BenchResult


def browser_caveats(visit: BrowserVisit, result: BenchResult) -> Iterator[str]:
    """Before any number."""
    yield CAVEAT
    if visit.wrong:
        yield f"{joined(visit.wrong)}: WRONG answers in this browser; the table says how far off."
    if any(run.browser and run.browser.golden.state == "different" for run in result.runs):
        yield "Some files give DIFFERENT answers in this browser than where they were converted, as is said below."
    if visit.missing:
        yield f"This measurement is INCOMPLETE: {visit.missing[0]}" + (
            f" {len(visit.missing) - 1} more gaps are listed below." if len(visit.missing) > 1 else ""
        )


def browser_fastest(result: BenchResult) -> str:
    """The fastest run, by inference alone."""
    run = min(result.runs, key=lambda run: run.summary.p50)
    word = "Fastest" if len(result.runs) > 1 else "Measured"
    return (
        f"{word} in this browser: {run.file} on {run.engine_name}, {threads(run.threads)}: "
        f"{milliseconds(run.summary.p50)} ms an inference (p50; p99 {milliseconds(run.summary.p99)} ms)."
    )
