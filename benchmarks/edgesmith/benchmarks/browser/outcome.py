"""From what a phone posted to a result like that of any other machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from edgesmith.benchmarks.browser.caveats import find_browser_warnings
from edgesmith.benchmarks.browser.events import Hello, Viewport
from edgesmith.benchmarks.browser.facts import BrowserVisit
from edgesmith.benchmarks.browser.missing import missing
from edgesmith.benchmarks.browser.phone import Phone
from edgesmith.benchmarks.browser.rows import UNTOLD, Row, failed_rows, finished_rows, wrong_files
from edgesmith.benchmarks.browser.visit import Visit, add_up
from edgesmith.benchmarks.gather import plan_facts
from edgesmith.benchmarks.inputs import ModelInput
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.benchmarks.results import BenchResult, BenchRun, Block, DataFacts
from edgesmith.runtime.errors import DeviceError
from edgesmith.runtime.machine.environment import Environment

# Of a phone whose every `hello` was lost nothing is known.
_NO_HELLO = Hello(
    seq=1,
    at_ms=0.0,
    type="hello",
    time_origin_ms=0.0,
    user_agent="",
    cores=0,
    isolated=False,
    shared_array_buffer=False,
    timer_tick_ms=0.0,
    engine={},
    wake_lock=False,
    viewport=Viewport(width=0, height=0, pixel_ratio=0.0),
    page_version="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What every phone is asked to do. `pictures`: how many real images each model is given."""

    models: tuple[ModelInput, ...]
    plan: BenchmarkPlan
    data: DataFacts
    pictures: int


def outcome(phone: Phone, work: Work) -> BenchResult:
    """The result of one phone, with what is missing in it.

    Raises `DeviceError`, saying what came of each model, for a phone without a sample that counts.
    """
    visit = add_up(phone.in_order())
    rows = finished_rows(visit, work.models, work.plan)
    failed = failed_rows(visit, work.models)
    runs = tuple(row.run for row in rows)
    gaps = missing(phone, visit, runs, failed, work.models, work.plan)
    if not runs:
        raise DeviceError(
            f"{phone.head.name}: nothing was measured",
            tip="open the page again on that phone, and keep it in front",
            details=[*(f"{run.file}, {run.threads}: {run.reason}" for run in failed), *gaps],
        )
    facts = _facts(phone, visit, work, gaps)
    environment = _environment(facts, runs)
    return BenchResult(
        environment=environment,
        data=work.data,
        plan=plan_facts(work.plan),
        warnings=find_browser_warnings(
            rows, visit=facts, environment=environment, data=work.data, failed=failed
        ),
        runs=runs,
        failed=tuple(failed),
        blocks=_blocks(rows),
        browser=facts,
    )


def _facts(phone: Phone, visit: Visit, work: Work, gaps: tuple[str, ...]) -> BrowserVisit:
    last = visit.hellos[-1] if visit.hellos else _NO_HELLO
    return BrowserVisit(
        phone=phone.head.name,
        phone_model=last.phone_model,
        platform=last.platform,
        user_agent=last.user_agent,
        page_version=last.page_version,
        cores=last.cores,
        isolated=last.isolated,
        shared_array_buffer=last.shared_array_buffer,
        timer_tick_ms=last.timer_tick_ms,
        wake_lock=last.wake_lock,
        viewport=(last.viewport.width, last.viewport.height) if visit.hellos else (),
        pixel_ratio=last.viewport.pixel_ratio,
        sequential=last.sequential,
        loads=len(visit.hellos),
        hidden=visit.hidden,
        pictures=work.pictures,
        lost_events=phone.lost,
        wrong=wrong_files(visit, work.models),
        done=phone.done,
        missing=gaps,
    )


def _environment(facts: BrowserVisit, runs: Sequence[BenchRun]) -> Environment:
    engines = dict.fromkeys(run.engine for run in runs)
    packages = {name: number for name, _, number in (engine.partition(" ") for engine in engines)}
    return Environment(
        cpu_model="a processor that the browser does not tell",
        cores=facts.cores,
        cpu_features=(),
        architecture="wasm32",
        board=facts.phone_model,
        governor=None,
        max_frequency_mhz=None,
        ram_bytes=None,
        kernel="",
        os=facts.platform or "",
        python="",
        packages={"edgesmith": version("edgesmith"), **packages},
        load_average=None,
    )


def _blocks(rows: Sequence[Row]) -> tuple[Block, ...]:
    """In the order in which they were posted; a phone's clock that is set back in between turns no time back."""
    placed = sorted(
        ((turn, run) for run, row in enumerate(rows) for turn in row.turns), key=lambda one: one[0].turn.seq
    )
    blocks = []
    first = latest = placed[0][0].begin_s
    for turn, run in placed:
        latest = max(latest, turn.begin_s)
        blocks.append(
            Block(
                process=turn.load,
                run=run,
                samples=len(turn.turn.samples_ms),
                begin_s=round(latest - first, 3),
                reference_ms=turn.turn.reference_ms,
                state=UNTOLD,
            )
        )
    return tuple(blocks)
