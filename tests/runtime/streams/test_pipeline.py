import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgesmith.runtime import Classifier
from edgesmith.runtime.errors import DataError, ImageError
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams import Frame, StreamOptions, StreamResult

Colours = dict[str, NDArray[np.uint8]]


class Scripted:
    """A source that gives what it is told to, and knows whether it was closed."""

    def __init__(self, *reads: Callable[[], ImageSource], live: bool = False) -> None:
        self.reads, self.live = reads, live
        self.given, self.closed, self.stopped = 0, False, False

    def frames(self) -> Generator[Frame, None, None]:
        try:
            for number, read in enumerate(self.reads):
                self.given += 1
                yield Frame(source="script", number=number, seconds=number / 10, read=read)
        finally:
            self.closed = True

    def stop(self) -> None:
        self.stopped = True


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "edgesmith-decode"]


def _bad() -> ImageSource:
    raise ImageError("a bad frame")


def test_results_keep_the_order_of_the_source(classify: Classifier, colour: Colours) -> None:
    names = ["red", "green", "blue", "blue", "red"] * 8
    results = list(classify.stream(colour[name] for name in names))
    assert [result.best.label for result in results if result.best] == names
    assert [result.number for result in results] == list(range(len(names)))
    assert {result.dropped for result in results} == {0}
    assert _threads() == []


def test_the_same_scores_as_one_call(classify: Classifier, noise: NDArray[np.uint8], tmp_path: Path) -> None:
    file = tmp_path / "noise.png"
    Image.fromarray(noise).save(file)
    (result,) = classify.stream(file)
    assert result.scores is not None
    np.testing.assert_array_equal(result.scores.values, classify(noise).values)


def test_a_bad_frame_is_an_error_and_the_stream_goes_on(classify: Classifier, colour: Colours) -> None:
    source = Scripted(lambda: colour["red"], _bad, lambda: colour["blue"])
    results = list(classify.stream(source))
    assert [result.error for result in results] == [None, "a bad frame", None]
    assert results[1].scores is None
    assert results[2].best is not None
    assert results[2].best.label == "blue"


def test_too_little_memory_for_a_frame_is_its_error(classify: Classifier, colour: Colours) -> None:
    def huge() -> ImageSource:
        raise MemoryError

    results = list(classify.stream(Scripted(lambda: colour["red"], huge, lambda: colour["blue"])))
    assert [result.error for result in results] == [None, "script: not enough memory to decode it", None]


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_one_buffer_for_all_frames(classify: Classifier, colour: Colours, order: ChannelOrder) -> None:
    buffer = np.empty((8, 8, 3), np.uint8)  # the input's size, where nothing is scaled
    names = ["red", "green", "blue"] * 5

    class Refilled(Scripted):
        def frames(self) -> Generator[Frame, None, None]:
            for number, name in enumerate(names):
                buffer[:] = colour[name] if order == "RGB" else colour[name][:, :, ::-1]
                yield Frame(
                    source="buffer", number=number, seconds=None, read=lambda: buffer, channel_order=order
                )

    results = list(classify.stream(Refilled()))
    assert [result.best.label for result in results if result.best] == names


def test_decoding_runs_beside_inference(
    classify: Classifier, colour: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoding, inferring = threading.Event(), threading.Event()

    def second() -> ImageSource:
        decoding.set()
        assert inferring.wait(5)  # the first frame is at the engine while this one is decoded
        return colour["red"]

    invoke = Classifier.invoke

    def slowly(self: Classifier, pixels: NDArray[np.uint8]) -> Any:
        inferring.set()
        assert decoding.wait(5)
        return invoke(self, pixels)

    monkeypatch.setattr(Classifier, "invoke", slowly)
    results = list(classify.stream(Scripted(lambda: colour["red"], second)))
    assert [result.error for result in results] == [None, None]


@pytest.mark.parametrize("queue", [1, 3])
def test_decoding_waits_for_inference(classify: Classifier, colour: Colours, queue: int) -> None:
    source = Scripted(*[lambda: colour["red"]] * 20)
    stream = iter(classify.stream(source, StreamOptions(queue=queue)))
    next(stream)
    time.sleep(0.1)
    assert source.given == queue + 2  # answered, waiting in the queue, waiting for room
    assert len(list(stream)) == 19


def test_a_live_source_drops_the_oldest(classify: Classifier, colour: Colours) -> None:
    source = Scripted(*[lambda: colour["red"]] * 20, live=True)
    stream = iter(classify.stream(source))
    numbers = [next(stream).number]
    while not source.closed:
        time.sleep(0.005)
    rest = list(stream)
    numbers += [result.number for result in rest]
    assert len(rest) <= 2  # the queue's size
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 19
    assert len(numbers) + rest[-1].dropped == 20


@pytest.mark.parametrize("when_behind", ["wait", "drop"])
def test_dropping_by_choice(classify: Classifier, colour: Colours, when_behind: Any) -> None:
    source = Scripted(*[lambda: colour["red"]] * 30, live=when_behind == "wait")
    stream = iter(classify.stream(source, StreamOptions(when_behind=when_behind)))
    next(stream)
    time.sleep(0.1)
    assert source.closed is (when_behind == "drop")
    count = 1 + len(list(stream))
    assert count == 30 if when_behind == "wait" else count < 30


def test_every(classify: Classifier, colour: Colours) -> None:
    source = Scripted(*[lambda: colour["red"]] * 11)
    results = list(classify.stream(source, StreamOptions(every=0.5)))
    assert [result.seconds for result in results] == [0.0, 0.5, 1.0]


def test_smoothing_and_doubt(classify: Classifier, colour: Colours) -> None:
    source = Scripted(lambda: colour["red"], lambda: colour["blue"], lambda: colour["blue"])
    options = StreamOptions(smooth=2, min_score=0.8)
    results = list(classify.stream(source, options))
    assert [result.best.label if result.best else None for result in results] == ["red", None, "blue"]
    assert results[1].scores is not None
    np.testing.assert_allclose(results[1].scores.values, [0.5, 0, 0.5], atol=0.01)


def test_scores_that_are_no_numbers_are_an_error(
    classify: Classifier, colour: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = iter([np.full(3, np.nan, np.float32), np.array([0, 1, 0], np.float32)])
    monkeypatch.setattr(classify.engine, "run", lambda _: next(rows))
    results = list(classify.stream([colour["red"]] * 2, StreamOptions(smooth=2)))
    assert results[0].error == "pictures: the model's scores are not numbers"
    assert results[1].best is not None
    assert results[1].best.score == 1.0  # the odd one is not in the mean


class TestEnds:
    def test_leaving_the_loop(self, classify: Classifier, colour: Colours) -> None:
        source = Scripted(*[lambda: colour["red"]] * 50)
        for _ in classify.stream(source):
            break
        assert source.closed
        assert _threads() == []

    def test_stop_from_another_thread(self, classify: Classifier, colour: Colours) -> None:
        source = Scripted(*[lambda: colour["red"]] * 1000)
        stream = classify.stream(source)
        results = []
        for result in stream:
            results.append(result)
            if len(results) == 5:
                helper = threading.Thread(target=stream.stop)
                helper.start()
                helper.join()
        assert len(results) == 5
        assert source.closed

    def test_an_exception_in_the_loop(self, classify: Classifier, colour: Colours) -> None:
        source = Scripted(*[lambda: colour["red"]] * 50)

        def interrupted() -> None:
            with classify.stream(source) as stream:
                for _ in stream:
                    raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert source.closed
        assert source.stopped
        assert _threads() == []

    def test_a_source_that_fails_is_raised_in_the_callers_thread(self, classify: Classifier) -> None:
        class Broken(Scripted):
            def frames(self) -> Generator[Frame, None, None]:
                yield from super().frames()
                raise DataError("no such camera")

        results: list[StreamResult] = []

        def run() -> None:
            results.extend(classify.stream(Broken(_bad)))

        with pytest.raises(DataError, match="no such camera"):
            run()
        assert _threads() == []

    def test_closing_before_the_first_result(self, classify: Classifier) -> None:
        source = Scripted(_bad)
        with classify.stream(source):
            pass
        assert source.given == 0


def test_a_stream_is_iterated_over_once(classify: Classifier, colour: Colours) -> None:
    stream = classify.stream([colour["red"]] * 3)
    for _ in stream:
        break
    with pytest.raises(DataError, match="this stream was used or closed already"):
        list(stream)


def test_a_closed_stream_gives_nothing(classify: Classifier, colour: Colours) -> None:
    with classify.stream([colour["red"]]) as stream:
        pass
    stream.close()
    with pytest.raises(DataError, match="this stream was used or closed already"):
        list(stream)


@pytest.mark.parametrize(("live", "most"), [(False, 1.5), (True, 3.0)], ids=["a file", "a camera"])
def test_a_source_that_never_answers_is_waited_for_once(
    live: bool, most: float, classify: Classifier, colour: Colours
) -> None:
    never = threading.Event()

    def hang() -> ImageSource:
        never.wait()
        return colour["red"]

    stream = classify.stream(Scripted(lambda: colour["red"], hang, live=live))
    started = time.monotonic()
    with stream:
        for _ in stream:
            break
    stream.close()
    took = time.monotonic() - started
    never.set()
    assert took < most


def test_options_of_another_kind(classify: Classifier) -> None:
    with pytest.raises(TypeError, match="options 5; StreamOptions are needed"):
        classify.stream([], 5)  # type: ignore[arg-type]  # what callers do
