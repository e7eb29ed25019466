import threading

import pytest

from edgesmith.benchmarks.progress import Progress, Silence, TerminalProgress


@pytest.mark.parametrize("progress", [Silence(), TerminalProgress()], ids=["silent", "terminal"])
def test_items_come_through_in_order(progress: Progress) -> None:
    assert list(progress.track([3, 1, 2], "counting")) == [3, 1, 2]
    assert list(progress.track([], "nothing")) == []


def test_a_bar_goes_to_stderr_and_ends_full(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalProgress().bar("samples", 4) as show:
        for done in range(5):
            show(done)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "samples" in printed.err
    assert "100%" in printed.err


def test_no_thread_redraws_while_something_is_measured() -> None:
    before = threading.active_count()
    with TerminalProgress().bar("samples", 4) as show:
        show(1)
        assert threading.active_count() == before
