"""The journal, and workers that answer from it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from edgesmith.benchmarks.journal import Journal, journal_file
from edgesmith.benchmarks.resumed import JournaledWorkers
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import DataError, DeviceError, EngineError

LOAD = messages.Load(model="a.onnx", threads=1, engine=None)
WARM = messages.WarmUp(images=("1.png",), inferences=1, seconds=0.0)
PLAN = {"plan": {"seed": 0}}


def _measure(number: int) -> messages.Measure:
    return messages.Measure(images=(f"{number}.png",), settle=0)


class Scripted:
    """A device's process: `answers` by number of requests that it had; an exception is raised."""

    def __init__(self, log: list[str], break_at: int, error: Exception) -> None:
        self.log, self.break_at, self.error = log, break_at, error

    def ask(self, request: messages.Request, answer: type[Any]) -> Any:
        self.log.append(type(request).__name__)
        if len(self.log) == self.break_at:
            raise self.error
        one = (float(len(self.log)),)
        return {
            messages.Loaded: messages.Loaded(engine="engine 1", load_ms=1.0),
            messages.WarmedUp: messages.WarmedUp(milliseconds=one),
            messages.Samples: messages.Samples(
                decode=one, preprocess=one, invoke=one, postprocess=one, end_to_end=one
            ),
        }[answer]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.log.append("closed")


Run = Callable[..., tuple[list[float], list[str]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Ask for three samples; what came, and what a process was asked."""

    def _run(
        *, break_at: int = 0, error: Exception | None = None, plan: Any = PLAN
    ) -> tuple[list[float], list[str]]:
        journal = Journal(tmp_path / "journal", plan)
        if journal.file.exists():
            journal.read()
        log: list[str] = []
        process = Scripted(log, break_at, error or DeviceError("gone"))
        workers = JournaledWorkers(journal, lambda subject: process)
        times: list[float] = []
        with workers.start("a.onnx") as worker:
            worker.ask(LOAD, messages.Loaded)
            worker.ask(WARM, messages.WarmedUp)
            for number in range(3):
                times += worker.ask(_measure(number), messages.Samples).invoke
                assert workers.samples[LOAD] == number + 1
        return times, log

    return _run


def test_after_a_break_only_what_is_missing_is_asked_of_a_warm_process(run: Run) -> None:
    with pytest.raises(DeviceError):
        run(break_at=4)  # in the second sample
    times, log = run()
    assert log == ["Load", "WarmUp", "Measure", "Measure", "closed"]
    assert times == [
        3.0,
        3.0,
        4.0,
    ]  # the first is the journal's; then the new process's third and fourth answer
    assert run() == (times, [])  # all of it is known now: no process at all


def test_an_error_of_the_worker_is_an_answer_too(run: Run) -> None:
    for _ in range(2):
        with pytest.raises(EngineError, match="refused"):
            run(break_at=3, error=EngineError("refused", tip="a tip"))


def test_a_line_that_was_cut_off_is_dropped(run: Run, tmp_path: Path) -> None:
    times, _ = run()
    whole = (tmp_path / "journal").read_text()
    (tmp_path / "journal").write_text(whole[:-20])
    again, log = run()
    assert again[:2] == times[:2]
    assert log == ["Load", "WarmUp", "Measure", "closed"]
    assert len((tmp_path / "journal").read_text().splitlines()) == len(whole.splitlines())


@pytest.mark.parametrize("keep", [10, None], ids=["inside the first line", "after the first line"])
def test_a_journal_without_a_whole_answer_begins_anew(run: Run, tmp_path: Path, keep: int | None) -> None:
    run()
    journal = tmp_path / "journal"
    whole = journal.read_text()
    journal.write_text(whole[: (whole.index("\n") + 1 if keep is None else keep)])
    _, log = run()
    assert log == ["Load", "WarmUp", "Measure", "Measure", "Measure", "closed"]
    assert len(journal.read_text().splitlines()) == len(whole.splitlines())


def test_loading_alone_leaves_no_journal(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DeviceError):
        run(break_at=2)
    assert not (tmp_path / "journal").exists()


def test_another_plan_is_refused_with_the_difference(run: Run) -> None:
    run()
    with pytest.raises(DataError, match=r"plan was .*0.* and is .*1"):
        run(plan={"plan": {"seed": 1}})


@pytest.mark.parametrize(
    "data", [b"no JSON\n", b"{}\n{}\n", b"\xff\n"], ids=["no JSON", "no entry", "no text"]
)
def test_a_damaged_journal_is_named(data: bytes, run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(data)
    with pytest.raises(DataError, match="journal"):
        run()


def test_answers_to_other_questions_are_not_taken(run: Run, tmp_path: Path) -> None:
    run()
    lines = (tmp_path / "journal").read_text().splitlines()
    entry = json.loads(lines[1]) | {"request": "0" * 16}
    (tmp_path / "journal").write_text("\n".join([lines[0], json.dumps(entry), *lines[2:]]) + "\n")
    with pytest.raises(DataError, match="is not to Load"):
        run()


def test_the_clock_goes_on_where_it_stopped(tmp_path: Path) -> None:
    from edgesmith.benchmarks.journal import Entry

    journal = Journal(tmp_path / "journal", PLAN)
    journal.replay(Entry(worker=0, request="", at=1000.0))
    assert journal.clock() == 1000.0
    journal.go_on()
    assert 1000 <= journal.clock() < 1060


def test_the_journal_lies_beside_the_output(tmp_path: Path) -> None:
    assert journal_file(tmp_path / "bench") == tmp_path / ".bench.partial.jsonl"
