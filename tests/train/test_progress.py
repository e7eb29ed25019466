import io

import pytest

from edgesmith.train.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_for_each_stage_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = Progress(stream)

    with progress.stage("reading", total=3) as advance:
        advance(1)
        progress.say("halfway [1/2]")

    first, second = stream.getvalue().splitlines()
    assert first == "halfway [1/2]"
    assert second.startswith("reading: ")
    assert "\x1b" not in stream.getvalue()


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()

    with Progress(stream).stage("reading", total=4) as advance:
        advance(3)

    assert "3/4" in stream.getvalue()


def test_silence_without_a_stream(capfd: pytest.CaptureFixture[str]) -> None:
    progress = Progress()

    with progress.stage("reading", total=1) as advance:
        advance(1)
    progress.say("something")

    assert capfd.readouterr() == ("", "")
    assert progress.seconds["reading"] >= 0


def test_stage_that_fails_is_not_timed() -> None:
    progress = Progress(Terminal())

    with pytest.raises(ValueError, match="stop"), progress.stage("reading", total=1):
        raise ValueError("stop")

    assert progress.seconds == {}


def test_long_stages_tell_a_log_how_long_they_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 0.0, 10.0, 40.0, 50.0, 60.0])
    monkeypatch.setattr("edgesmith.train.progress.time.perf_counter", lambda: next(seconds))
    stream = io.StringIO()

    with Progress(stream).stage("fitting", total=400) as advance:
        for _ in range(3):
            advance(1)

    assert stream.getvalue().splitlines()[0] == "fitting: 2 of 400, about 2 h 13 min left"
