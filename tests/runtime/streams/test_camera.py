import sys
import threading
from collections.abc import Callable, Generator
from types import ModuleType, SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime import Classifier
from edgesmith.runtime.errors import DataError, MissingExtraError
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams.camera import CameraLostError, CameraSource
from edgesmith.runtime.streams.picamera import PiCamera
from edgesmith.runtime.streams.v4l2 import V4L2Camera

RED = np.full((8, 8, 3), (255, 0, 0), np.uint8)


class Flaky:
    """A camera whose every opening goes by a script: a number of pictures, then a loss, or an error at once."""

    name = "stand-in"

    def __init__(self, *openings: int | Exception, channel_order: ChannelOrder = "RGB") -> None:
        self.openings = list(openings)
        self.channel_order = channel_order
        self.open = 0

    def pictures(self) -> Generator[Callable[[], ImageSource], None, None]:
        opening = self.openings.pop(0)
        if isinstance(opening, Exception):
            raise opening
        self.open += 1
        try:
            for _ in range(opening):
                yield lambda: RED
            raise CameraLostError("No such device")
        finally:
            self.open -= 1


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a source wanted to wait; none of them passes."""
    seen: list[float] = []

    class Impatient(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:  # threads wait for their own beginning
                return super().wait()
            seen.append(timeout)
            return self.is_set()

    monkeypatch.setattr(threading, "Event", Impatient)
    return seen


def _take(source: CameraSource, count: int) -> list[Any]:
    frames = source.frames()
    taken = [next(frames) for _ in range(count)]
    frames.close()
    return taken


def test_a_camera_that_vanishes_is_waited_for(waits: list[float]) -> None:
    gone = DataError("cannot be opened: No such file or directory")
    camera = Flaky(2, gone, gone, 3)
    lines: list[str] = []
    frames = _take(CameraSource(camera, notice=lines.append), 4)
    assert [frame.number for frame in frames] == [0, 1, 2, 3]
    assert [frame.seconds for frame in frames] == sorted(frame.seconds for frame in frames)
    assert waits == [0.5, 1.0, 2.0]
    assert [line.partition(";")[0] for line in lines[:3]] == [
        "stand-in is lost: No such device",
        "stand-in is lost: cannot be opened: No such file or directory",
        "stand-in is lost: cannot be opened: No such file or directory",
    ]
    assert lines[0].endswith("trying again in 0.5 s")
    assert lines[3].startswith("stand-in is back after ")
    assert len(lines) == 4
    assert camera.open == 0


def test_patience_grows_to_a_limit_and_begins_anew(waits: list[float]) -> None:
    gone = DataError("gone")
    camera = Flaky(1, *[gone] * 8, 1, 1)
    _take(CameraSource(camera, notice=lambda _: None), 3)
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 0.5]


def test_a_camera_that_was_never_there_is_an_error() -> None:
    source = CameraSource(Flaky(DataError("no such camera")), notice=lambda _: None)
    with pytest.raises(DataError, match="no such camera"):
        next(source.frames())


def test_stopping_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    source = CameraSource(Flaky(1), notice=lambda _: source.stop())
    assert len(list(source.frames())) == 1  # FIRST_WAIT does not pass either


def test_the_stream_goes_on_and_says_so(classify: Classifier, waits: list[float], capsys: Any) -> None:
    camera = Flaky(1, 1, channel_order="BGR")
    stream = classify.stream(CameraSource(camera))
    labels = []
    for result in stream:
        assert result.best is not None
        labels.append(result.best.label)
        if len(labels) == 2:
            break
    assert labels == ["blue", "blue"]  # the stand-in calls its red BGR
    assert "edgesmith: stand-in is lost: No such device; trying again in 0.5 s" in capsys.readouterr().err


class TestV4L2:
    def test_no_such_device(self) -> None:
        with pytest.raises(
            DataError, match=r"the camera /dev/video77 cannot be opened: No such file"
        ) as caught:
            next(V4L2Camera("/dev/video77").pictures())
        assert "ls /dev/video*" in str(caught.value.tip)

    @pytest.mark.parametrize("kind", [av.OSError, OSError], ids=["PyAV's error", "the system's error"])
    def test_a_device_that_vanishes(self, kind: type[OSError], monkeypatch: pytest.MonkeyPatch) -> None:

        class Container:
            closed = False

            def __enter__(self) -> "Container":
                return self

            def __exit__(self, *_: object) -> None:
                Container.closed = True

            def decode(self, *, video: int) -> Generator[Any, None, None]:
                assert video == 0
                yield av.VideoFrame.from_ndarray(RED, format="rgb24")
                raise kind(19, "No such device")

        monkeypatch.setattr(av, "open", lambda name, *, format: Container())  # noqa: A006 - PyAV's word
        pictures = V4L2Camera("/dev/video0").pictures()
        np.testing.assert_array_equal(next(pictures)(), RED)
        with pytest.raises(CameraLostError, match="No such device"):
            next(pictures)
        assert Container.closed

    def test_without_pyav(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "av", None)
        with pytest.raises(MissingExtraError) as caught:
            next(V4L2Camera("/dev/video0").pictures())
        assert "edgesmith[video]" in str(caught.value.tip)


class TestPiCamera:
    """Against a stand-in for picamera2, which exists on a Raspberry Pi only."""

    @pytest.fixture
    def device(self, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        failure = RuntimeError("Camera frontend has timed out!")
        seen = SimpleNamespace(configured=None, started=False, closed=False, left=2, failure=failure)

        class Picamera2:
            def __init__(self, number: int) -> None:
                if number:
                    raise IndexError("list index out of range")

            def create_video_configuration(self, *, main: dict[str, Any]) -> dict[str, Any]:
                return main

            def configure(self, main: dict[str, Any]) -> None:
                seen.configured = main

            def start(self) -> None:
                seen.started = True

            def capture_array(self, name: str, *, wait: float) -> NDArray[np.uint8]:
                assert name == "main"
                assert wait == 15.0
                if not seen.left:
                    raise seen.failure
                seen.left -= 1
                return RED

            def close(self) -> None:
                seen.closed = True

        fake = ModuleType("picamera2")
        fake.Picamera2 = Picamera2  # type: ignore[attr-defined]  # a module made here
        monkeypatch.setitem(sys.modules, "picamera2", fake)
        return seen

    def test_pictures_until_it_fails(self, device: SimpleNamespace) -> None:
        pictures = PiCamera().pictures()
        for _ in range(2):
            np.testing.assert_array_equal(next(pictures)(), RED)
        with pytest.raises(CameraLostError, match="timed out"):
            next(pictures)
        assert device.configured == {"size": (640, 480), "format": "BGR888"}
        assert device.started
        assert device.closed

    def test_one_that_never_delivers_is_told_and_opened_again(
        self, device: SimpleNamespace, waits: list[float]
    ) -> None:
        device.left, device.failure = 0, TimeoutError()
        notices: list[str] = []

        def listen(line: str) -> None:
            notices.append(line)
            device.left = len(notices) - 1  # it delivers after the second

        frames = CameraSource(PiCamera(), notice=listen).frames()
        assert next(frames).number == 0
        frames.close()
        assert notices[0] == "picamera:0 is lost: no picture for 15 s; trying again in 0.5 s"
        assert notices[1].endswith("trying again in 1 s")
        assert waits == [0.5, 1.0]

    @pytest.mark.usefixtures("device")
    def test_no_such_camera(self) -> None:
        with pytest.raises(DataError, match=r"the camera picamera:3 cannot be opened: list index"):
            next(PiCamera(3).pictures())

    def test_without_picamera2(self) -> None:
        with pytest.raises(MissingExtraError) as caught:
            next(PiCamera().pictures())
        assert "edgesmith[camera]" in str(caught.value.tip)
