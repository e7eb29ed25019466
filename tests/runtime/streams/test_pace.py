import numpy as np
import pytest

from edgesmith.runtime.streams.pace import Pace
from edgesmith.runtime.streams.source import Frame


def _frame(seconds: float | None, number: int, source: str = "a.mp4") -> Frame:
    return Frame(source=source, number=number, seconds=seconds, read=lambda: np.zeros((1, 1), np.uint8))


def _taken(pace: Pace, times: list[float]) -> list[float]:
    return [time for number, time in enumerate(times) if pace.is_due(_frame(time, number))]


@pytest.mark.parametrize(
    ("every", "times", "expected"),
    [
        pytest.param(None, [0.0, 0.1, 0.2], [0.0, 0.1, 0.2], id="each"),
        pytest.param(0.5, [0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.5, 1.0], id="every second one"),
        pytest.param(0.5, [0.0, 0.4, 0.8, 1.2, 1.6, 2.0], [0.0, 0.8, 1.2, 1.6, 2.0], id="the beat is kept"),
        pytest.param(0.5, [0.0, 9.0, 9.1, 9.5], [0.0, 9.0, 9.5], id="a gap begins a new beat"),
        pytest.param(0.5, [3.0, 3.2, 3.5], [3.0, 3.5], id="the first frame is late"),
        pytest.param(0.5, [9.0, 9.5, 0.0, 0.3, 0.5], [9.0, 9.5, 0.0, 0.5], id="time begins anew"),
        pytest.param(0.5, [0.0, 0.5, 0.4, 0.6, 1.0], [0.0, 0.5, 1.0], id="frames out of order"),
    ],
)
def test_which_frames_are_due(every: float | None, times: list[float], expected: list[float]) -> None:
    assert _taken(Pace(every), times) == expected


def test_the_next_video_begins_anew() -> None:
    pace = Pace(1.0)
    assert pace.is_due(_frame(60.0, 0, "a.mp4"))
    assert pace.is_due(_frame(0.0, 1, "b.mp4"))
    assert not pace.is_due(_frame(0.5, 2, "b.mp4"))


def test_the_same_video_over_again_begins_anew() -> None:
    pace = Pace(1.0)
    assert [_taken(pace, [0.0, 0.5]) for _ in range(3)] == [[0.0]] * 3


def test_pictures_by_themselves_are_always_due() -> None:
    pace = Pace(1.0)
    assert all(pace.is_due(_frame(None, number)) for number in range(3))
