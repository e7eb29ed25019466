"""The stream: one thread decodes ahead, the caller's infers, and results come in order."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import DataError, ImageError
from edgesmith.runtime.images import load
from edgesmith.runtime.streams.handover import Handover
from edgesmith.runtime.streams.options import StreamOptions
from edgesmith.runtime.streams.pace import Pace
from edgesmith.runtime.streams.result import StreamResult, is_sure
from edgesmith.runtime.streams.smoothing import Smoother
from edgesmith.runtime.streams.source import Frame, Source

if TYPE_CHECKING:
    from edgesmith.runtime.classifier import Classifier

# Seconds for the decoding thread to leave a device, or a file, that may never answer again (a FIFO without a writer).
_PATIENCE = {"live": 2.0, "file": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Decoded:
    """A frame with its pixels, uint8 [1, height, width, channels], or with what was wrong with it."""

    frame: Frame
    pixels: NDArray[np.uint8] | None
    error: str | None


class Stream:
    """Results of a source, to iterate over once.

    Memory is bounded: `StreamOptions.queue` decoded frames wait at most. Decoding begins with the iteration
    and ends with it, by its end, an exception, `break`, or `stop`; a `with` block makes the moment certain.
    A bad frame is a result with an error. Errors of the engine and of opening a source are raised.
    """

    def __init__(self, classifier: "Classifier", source: Source, options: StreamOptions) -> None:
        if not isinstance(options, StreamOptions):
            raise TypeError(f"options {options!r}; StreamOptions are needed")
        self._classifier = classifier
        self._source = source
        self._options = options
        self._handover: Handover[_Decoded] = Handover(options.queue)
        self._failure: BaseException | None = None
        self._begun = self._left = False
        self._decoding = threading.Thread(target=self._decode_all, name="edgesmith-decode", daemon=True)

    def __iter__(self) -> Iterator[StreamResult]:
        smooth = Smoother(length=self._options.smooth, classes=len(self._classifier.labels))
        if self._begun:
            raise DataError(
                "this stream was used or closed already", tip="make another: classify.stream(source)"
            )
        self._begun = True
        with self:
            self._decoding.start()
            while (decoded := self._handover.get()) is not None:
                yield self._answer(decoded, smooth)
            if self._failure is not None:
                raise self._failure

    def stop(self) -> None:
        """End the iteration after the result at hand. May be called from a signal handler or a thread."""
        self._handover.stop()

    def close(self) -> None:
        """Stop, and let go of the file or device. Closing it again is fine."""
        self._begun = True
        self._handover.close()
        self._source.stop()
        if self._decoding.is_alive() and not self._left:
            self._left = True  # a thread that does not come is not waited for again
            self._decoding.join(_PATIENCE["live" if self._source.live else "file"])

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _decode_all(self) -> None:
        """The decoding thread."""
        drop = (self._options.when_behind or ("drop" if self._source.live else "wait")) == "drop"
        pace = Pace(self._options.every)
        try:
            with closing(self._source.frames()) as frames:
                for frame in frames:
                    if pace.is_due(frame) and not self._handover.put(self._decode(frame), drop_oldest=drop):
                        break
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._failure = error
        finally:
            self._handover.finish()

    def _decode(self, frame: Frame) -> _Decoded:
        spec = self._classifier.spec.input
        try:
            picture = frame.read()
            pixels = load(picture, spec, channel_order=frame.channel_order)
            # What waits must not change when the caller fills the same array with the next frame.
            if isinstance(picture, np.ndarray) and np.may_share_memory(pixels, picture):
                pixels = pixels.copy()
        except ImageError as error:
            return _Decoded(frame=frame, pixels=None, error=str(error))
        except MemoryError:
            return _Decoded(frame=frame, pixels=None, error=f"{frame.source}: not enough memory to decode it")
        return _Decoded(frame=frame, pixels=pixels, error=None)

    def _answer(self, decoded: _Decoded, smooth: Smoother) -> StreamResult:
        frame = decoded.frame
        place: dict[str, Any] = {"source": frame.source, "number": frame.number, "seconds": frame.seconds}
        place["dropped"] = self._handover.dropped
        if decoded.pixels is None:
            return StreamResult(**place, error=decoded.error)
        scores = self._classifier.postprocess(self._classifier.invoke(decoded.pixels))
        if not np.isfinite(scores.values).all():  # JSON has no NaN, and a best class of these would be none
            return StreamResult(**place, error=f"{frame.source}: the model's scores are not numbers")
        scores = smooth(scores, source=frame.source, number=frame.number)
        return StreamResult(**place, scores=scores, sure=is_sure(scores, self._options))
