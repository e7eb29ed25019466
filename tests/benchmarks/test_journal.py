"""Who may write to an output folder."""

import errno
import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.benchmark import bench
from edgesmith.benchmarks.journal import alone
from edgesmith.benchmarks.plan import BenchmarkPlan
from edgesmith.runtime.errors import OutputError


def test_the_second_is_refused_and_the_next_is_not(tmp_path: Path) -> None:
    output = tmp_path / "new" / "bench"
    for _ in range(2):
        with alone(output), alone(tmp_path / "new" / "other"):
            with pytest.raises(OutputError, match="at work on"), alone(output):
                pytest.fail("two at once")
            with pytest.raises(OutputError, match="at work on"), alone(output):
                pytest.fail("the one that was refused has let another in")
    assert list(output.parent.iterdir()) == []


def test_a_failure_lets_the_next_in(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "bench"):
        raise ZeroDivisionError
    with alone(tmp_path / "bench"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    (tmp_path / ".bench.lock").touch()
    with alone(tmp_path / "bench"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other ended between this one's opening the file and its locking it: a third has a new file by now."""

    def late(handle: int, operation: int) -> None:
        (tmp_path / ".bench.lock").unlink()
        flock(handle, operation)

    flock = fcntl.flock
    monkeypatch.setattr("edgesmith.benchmarks.journal.fcntl.flock", late)
    with pytest.raises(OutputError, match="at work on"), alone(tmp_path / "bench"):
        pytest.fail("let in")


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"), alone(tmp_path / "file" / "bench"):
        pytest.fail("let in")


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("edgesmith.benchmarks.journal.fcntl.flock", none)
    with pytest.raises(OutputError, match="cannot lock"), alone(tmp_path / "bench"):
        pytest.fail("let in")


@pytest.mark.parametrize("resume", [False, True], ids=["anew", "resumed"])
def test_nothing_is_measured_while_another_benchmark_writes_there(
    tiny_plan: Callable[..., BenchmarkPlan], resume: bool
) -> None:
    plan = tiny_plan(resume=resume)
    with alone(plan.output):
        with pytest.raises(OutputError, match="at work on"):
            bench(plan)
        assert [entry.name for entry in plan.output.parent.iterdir()] == [f".{plan.output.name}.lock"]
