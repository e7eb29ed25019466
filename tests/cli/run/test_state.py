import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from edgesmith.cli.run import state as state_module
from edgesmith.cli.run.listing import Listing
from edgesmith.cli.run.record import Record, load_record
from edgesmith.cli.run.stages import Stage
from edgesmith.cli.run.state import State
from edgesmith.runtime.errors import OutputError

STAGE = Stage(kind="bench", output=PurePosixPath("bench"))
RECORD = Record(stage="bench", output="bench", inputs={}, files={}, result={}, gate=None, seconds=1.0)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "results")


def make(state: State) -> Path:
    made = state.begin(STAGE, {"a": 1}, anew=False)
    made.mkdir()
    (made / "report.html").write_text("new")
    return made


def test_what_is_made_takes_its_place(state: State) -> None:
    place = state.results / "bench"
    place.mkdir(parents=True)
    (place / "old.html").write_text("old")
    make(state)
    state.finish(RECORD)

    assert [file.name for file in place.iterdir()] == ["report.html"]
    assert state.record("bench") == RECORD


class Killed(BaseException):
    """Ends a run as SIGKILL does."""


@pytest.mark.parametrize("step", range(5))
def test_killed_between_any_two_steps_it_is_finished_later(
    step: int, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = state.results / "bench"
    old.mkdir(parents=True)
    (old / "report.html").write_text("old")
    make(state)
    calls = iter(range(100))

    def before(really: Callable[..., object]) -> Callable[..., object]:
        def call(*words: object, **named: object) -> object:
            if next(calls) == step:
                raise Killed
            return really(*words, **named)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", before(Path.replace))
        patched.setattr(state_module, "_remove", before(state_module._remove))
        with pytest.raises(Killed):
            state.finish(RECORD)
    state.recover()

    # Killed before the record was whole, the old files and no record are there: the stage is at its begin again.
    whole = step > 0
    assert (old / "report.html").read_text() == ("new" if whole else "old")
    assert state.record("bench") == (RECORD if whole else None)
    assert any((state.results / ".edgesmith" / "work").iterdir()) is not whole


def test_the_same_inputs_go_on_and_others_begin_anew(state: State) -> None:
    made = make(state)
    assert state.begin(STAGE, {"a": 1}, anew=False) == made
    assert (made / "report.html").is_file()
    assert not state.begin(STAGE, {"a": 2}, anew=False).exists()
    make_again = state.begin(STAGE, {"a": 2}, anew=False)
    make_again.mkdir()
    assert not state.begin(STAGE, {"a": 2}, anew=True).exists()


def test_a_folder_of_somebody_else_is_left_alone(state: State) -> None:
    state.require_ours()
    state.results.mkdir()
    state.require_ours()
    (state.results / "thesis.txt").write_text("…")
    with pytest.raises(OutputError, match="holds something that `edgesmith run` has not made"):
        state.require_ours()


def test_a_file_in_its_place_is_told(state: State) -> None:
    state.results.write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        state.require_ours()


HOLD = "import sys, time; from edgesmith.cli.run.state import State; from pathlib import Path\nwith State(Path(sys.argv[1])).locked():\n    print('held', flush=True); time.sleep(60)"


def test_two_runs_do_not_mix_and_a_killed_one_leaves_no_lock(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_module, "_PATIENCE_SECONDS", 0.2)
    command = [sys.executable, "-c", HOLD, str(state.results)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match="another `edgesmith run` is at work"), state.locked():
            pass
        other.kill()
    with state.locked() as held:
        assert held > 2


def test_only_listings_that_records_refer_to_are_kept(state: State) -> None:
    first, second = Listing(files={"a": "1"}), Listing(files={"a": "2"})
    make(state)
    state.keep_listing(first)
    state.finish(replace(RECORD, inputs={"data": {"sha256": first.sha256}}))
    state.keep_listing(second)
    assert state.listing(first.sha256) == {"a": "1"}
    make(state)
    state.finish(replace(RECORD, inputs={"data": {"sha256": second.sha256}}))
    state.keep_listing(second)
    assert state.listing(first.sha256) is None
    assert state.listing(second.sha256) == {"a": "2"}


def test_a_damaged_record_refers_to_no_listing(state: State) -> None:
    listing = Listing(files={"a": "1"})
    make(state)
    state.finish(RECORD)
    (record,) = state.results.rglob("stages/bench.json")
    record.write_bytes(b"{")
    state.keep_listing(listing)
    assert state.listing(listing.sha256) == {"a": "1"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "edgesmith.stage/2"}'])
def test_a_record_that_cannot_be_read_counts_as_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    assert load_record(file) is None
