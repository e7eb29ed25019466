"""docs/peers.md, from results and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from edgesmith.benchmarks.classification import disagreement
from edgesmith.benchmarks.quietness import QUIET, spread_of_blocks
from edgesmith.benchmarks.report.facts import environment_rows, method
from edgesmith.benchmarks.report.wording import accuracy, milliseconds, size
from edgesmith.benchmarks.results import BenchResult, BenchRun
from edgesmith.benchmarks.statistics import Statistics
from peers.contenders import MEDIAPIPE
from peers.litert_benchmark import BAR
from peers.markdown import NOTHING, cell, table
from peers.prepare import Prepared
from peers.rivals import ratios, run_of

COMMAND = "python benchmarks/peers/measure.py RUN -o docs/peers.md --work WORK --mediapipe peer/bin/python"

# The float network whose best class is the yardstick: made without edgesmith where that was possible.
_YARDSTICKS = ("keras-float32.tflite", "edgesmith-float32.tflite")

_HEADERS = (
    "tool",
    "file",
    "engine",
    "invoke p50 ms",
    "photo to label p50 ms",
    "cold start ms",
    "top-1",
    "same best class as float",
    "work on int8",
    "file size",
    "to install",
)
_TEXT_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page tells. `network`: what was trained, in words. `sessions`: `litert_benchmark.summary`. `makers`: versions
    of what made the files.
    """

    network: str
    result: BenchResult
    prepared: tuple[Prepared, ...]
    sessions: tuple[dict[str, Any], ...]
    makers: dict[str, str]
    measured_on: date


def render(page: Page) -> str:
    """The whole page, Markdown."""
    return (
        "\n".join([*_head(page), *_files(page), *ratios(page.result), *_litert(page), *_method(page)]) + "\n"
    )


def _head(page: Page) -> Iterator[str]:
    data = page.result.data
    yield "# Beside other tools"
    yield ""
    yield "<!-- not run: other tools in environments of their own; this page is what came out -->"
    yield f"    {COMMAND}"
    yield ""
    yield (
        f"writes this page; measured on {page.measured_on.isoformat()}, one thread, {data.images} test images of "
        f"{data.name} that no tool has seen. All files are of one trained model: {page.network}."
    )
    yield ""
    moved = spread_of_blocks(page.result.blocks)
    if moved > QUIET:
        yield (
            f"**Machine not quiet**: the reference kernel, whose work never changes, moved by {100 * moved:.0f} % "
            "between blocks. Times of the first table are those of a machine now faster, now slower; the ratios below are of "
            "blocks in which it was equally fast."
        )
        yield ""


def _files(page: Page) -> Iterator[str]:
    yield "## The files"
    yield ""
    yield from table(_HEADERS, [_file_row(page, each) for each in page.prepared], text_columns=_TEXT_COLUMNS)
    yield ""
    for each in page.prepared:
        if not each.contender.ours:
            yield f"- `{each.contender.file}`: {each.contender.made}."
    yield ""
    yield (
        "p50 with the bootstrap's 95 % interval of these samples. Top-1 with Wilson's. Photo to label and cold start "
        "are given for tools that take a photo; the others take a tensor, and what people write around them is not "
        "measured: for their invoke and accuracy edgesmith's pixels are fed to all. Work on int8: the share of multiply-accumulates "
        "in 8-bit integers, as `edgesmith inspect` finds it, of files that are called int8. MediaPipe tells no time of its own "
        "inference, and its cold start has the measuring process's imports (NumPy, Pillow) besides its own. To install: the packages with all that they need, on the disk of this machine, without Python and "
        "without edgesmith itself (1.5 MB)."
    )
    yield ""


def _file_row(page: Page, prepared: Prepared) -> tuple[str, ...]:
    contender = prepared.contender
    name = contender.tool, f"`{contender.file}`"
    run = run_of(page.result, contender.file)
    if run is None:
        return (*name, _why_not(page, prepared), *(NOTHING,) * (len(_HEADERS) - 3))
    whole = contender.ours or contender.file == MEDIAPIPE
    return (
        *name,
        run.engine,
        NOTHING if contender.file == MEDIAPIPE else _median(run.summary.phases.invoke),
        _median_and_interval(run.summary.p50, run.summary.p50_interval) if whole else NOTHING,
        milliseconds(run.cold_start_ms) if whole else NOTHING,
        accuracy(run.accuracy),
        _agreement(page, run),
        NOTHING if run.int8_macs_share is None else f"{100 * run.int8_macs_share:.0f} %",
        NOTHING if prepared.bytes is None else size(prepared.bytes),
        NOTHING if prepared.installed is None else size(prepared.installed),
    )


def _why_not(page: Page, prepared: Prepared) -> str:
    """Why there is no run, and what brings the tool."""
    if prepared.failure is not None:
        return cell(f"{prepared.failure}; {prepared.contender.install} brings it")
    failed = [failed for failed in page.result.failed if failed.file == prepared.contender.file]
    return cell(failed[0].reason) if failed else "not measured"


def _agreement(page: Page, run: BenchRun) -> str:
    yardstick = next(
        (found for name in _YARDSTICKS if (found := run_of(page.result, name)) is not None), None
    )
    if yardstick is None or yardstick.evaluation is None or run.evaluation is None:
        return NOTHING
    return f"{100 * disagreement(yardstick.evaluation, run.evaluation).agreement:.1f} %"


def _litert(page: Page) -> Iterator[str]:
    yield "## Is invoke what litert-benchmark measures?"
    yield ""
    if not page.sessions:
        yield "Not measured: `pip install 'ai-edge-litert>=2.3'` brings litert-benchmark."
        yield ""
        return
    headers = (
        "file",
        "sessions",
        "litert-benchmark ms",
        "`edgesmith bench` ms",
        "ratio",
        f"within {100 * BAR:g} %",
        "one photo in a loop ms",
        "ratio",
    )
    yield from table(headers, [_sessions_row(sessions) for sessions in page.sessions], text_columns=1)
    yield ""
    yield (
        "The same file on one thread, a session being one fresh process of each, which take turns of ten inferences: medians, and "
        "the median of the turns' ratios with its 95 % interval between sessions. In turns this short, a machine whose speed comes and "
        "goes does so to all alike. litert-benchmark runs one random input in a loop, written once; `edgesmith bench` decodes a photo "
        "before each inference, and its invoke includes writing the tensor and reading the scores. The third is "
        "edgesmith's engine in a loop, so what it differs by from the second is what a pause between two inferences does to caches and clocks."
    )
    yield ""


def _sessions_row(sessions: dict[str, Any]) -> tuple[str, ...]:
    def ratio(side: str) -> str:
        low, high = sessions[side]["interval"]
        return f"{sessions[side]['ratio']:.3f} ({low:.3f}–{high:.3f})"

    medians = sessions["median_ms"]
    return (
        f"`{sessions['file']}`",
        str(sessions["sessions"]),
        milliseconds(medians["litert-benchmark"]),
        milliseconds(medians["bench"]),
        ratio("bench"),
        sessions["bench"]["within_bar"],
        milliseconds(medians["loop"]),
        ratio("loop"),
    )


def _method(page: Page) -> Iterator[str]:
    yield "## Machine"
    yield ""
    for name, value in environment_rows(page.result):
        yield f"- {name}: {value}"
    made = ", ".join(f"{name} {version}" for name, version in page.makers.items())
    yield f"- Files made with: {made or 'nothing that is installed here'}"
    yield ""
    yield "## How it was measured"
    yield ""
    for line in method(page.result):
        yield f"- {line}"
    yield (
        f"- {page.result.plan.processes} fresh processes a file. Files of other tools are measured with edgesmith's "
        "labels and input size added to them as metadata; file size is without."
    )
    for warning in page.result.warnings:
        yield f"- Warning ({warning.kind}): {warning.message}"


def _median(found: Statistics) -> str:
    return _median_and_interval(found.p50, found.p50_interval)


def _median_and_interval(p50: float, interval: Sequence[float]) -> str:
    return f"{milliseconds(p50)} ({'–'.join(map(milliseconds, interval))})"
