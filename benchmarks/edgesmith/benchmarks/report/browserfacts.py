"""The small print of a report on a browser: what it told of itself and the phone, and how it was measured."""

from collections.abc import Iterator

from edgesmith.benchmarks.browser.facts import BROWSER, CAVEAT, BrowserVisit
from edgesmith.benchmarks.report.wording import UNKNOWN
from edgesmith.benchmarks.results import BenchResult

_UNTOLD = "the browser does not tell"


def browser_rows(visit: BrowserVisit, result: BenchResult) -> Iterator[tuple[str, str]]:
    """What stands where other reports describe the machine, all but the data."""
    yield "Device", f"a phone's or computer's {BROWSER}. {CAVEAT}"
    yield "Phone", visit.phone
    yield "Model", visit.phone_model or _UNTOLD
    yield "System", visit.platform or _UNTOLD
    yield "Browser", visit.user_agent or _UNTOLD
    yield "Software", ", ".join(f"{name} {number}" for name, number in result.environment.packages.items())
    yield "Builds", ", ".join(dict.fromkeys(run.browser.build for run in result.runs if run.browser))
    yield "Threads", _threads(visit)
    yield "Clock", f"steps of {1000 * visit.timer_tick_ms:.3g} µs"
    size = "x".join(map(str, visit.viewport))
    yield "Screen", f"{size or UNKNOWN} CSS pixels, {visit.pixel_ratio:g} times; {_awake(visit)}"
    yield "Visit", _visit(visit)


def _threads(visit: BrowserVisit) -> str:
    shared = "with" if visit.shared_array_buffer else "without"
    isolated = "cross-origin isolated" if visit.isolated else "not cross-origin isolated"
    return f"{visit.cores} processors by the browser's word, {shared} shared memory, {isolated}"


def _awake(visit: BrowserVisit) -> str:
    return "kept awake" if visit.wake_lock else "not kept awake by the page"


def _visit(visit: BrowserVisit) -> str:
    ended = "finished" if visit.done else "did not finish"
    told = f"{ended}; the page was loaded {_often(visit.loads)} and hidden {_often(visit.hidden)}"
    return told + ("; models were loaded one after the other" if visit.sequential else "")


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def browser_method(visit: BrowserVisit, result: BenchResult) -> list[str]:
    """How it was measured, in sentences."""
    plan, counts = result.plan, [len(run.samples_ms) for run in result.runs]
    samples = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    return [
        CAVEAT,
        "Each file and number of threads is a variant; all of them are loaded in one page, on its main thread. They take "
        "turns in blocks, in random order, so that drift hits all alike.",
        f"{samples} samples a variant (at least {plan.samples} and {plan.seconds:g} s were asked for), all kept in "
        f"bench.json, after a warm-up of at least {plan.warmup_inferences} inferences and {plan.warmup_seconds:g} s.",
        f"A sample is one inference on one of {visit.pictures} real images, which were preprocessed on the computer: from "
        "handing over the pixels until the output can be read. Decoding, preprocessing and postprocessing are not in it, "
        "and accuracy was not measured.",
        "Before it was timed, each variant computed the golden examples that are in the file: int8 must be equal, others "
        "within the file's tolerance.",
        "A reference kernel in plain JavaScript, whose work never changes, was timed before and after each block. Samples "
        "taken while the page was hidden do not count.",
        "Percentiles interpolate linearly. They describe this browser on this phone in this state.",
    ]
