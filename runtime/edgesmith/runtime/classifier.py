"""The classifier: a model file, opened."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import EngineName, EngineOptions, open_engine
from edgesmith.runtime.engines.interface import closed
from edgesmith.runtime.engines.options import DEFAULT_OPTIONS
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.images import ChannelOrder, ImageSource, load
from edgesmith.runtime.integrity import require_intact
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.scores import Scores, probabilities

if TYPE_CHECKING:
    from edgesmith.runtime.streams import Stream, StreamOptions
    from edgesmith.runtime.streams.sources import StreamSource


class Classifier:
    """Names what is on a picture.

    >>> with Classifier("flowers-int8.tflite", threads=4) as classify:   # doctest: +SKIP
    ...     classify("tulip.jpg").top(3)
    """

    def __init__(
        self,
        path: str | Path,
        *,
        threads: int | None = None,
        engine: EngineName | None = None,
        options: EngineOptions = DEFAULT_OPTIONS,
    ) -> None:
        """Open a `.tflite` or `.onnx` written by edgesmith.

        `threads`: the machine's cores, at most 4, unless given. `engine`: the preferred installed one.
        Raises `ModelFileError` for a file that is damaged, has no edgesmith metadata, or whose tensors do
        not fit it; `MissingExtraError` when no engine for the format is installed. The file's SHA-256 is
        compared each time, since damaged weights give wrong answers without any error: 6 ms for 5 MB on an
        x86 core.
        """
        path = Path(path)
        self._path, self._closed = path, False
        self.spec = read_spec(path)
        require_intact(path, self.spec)
        self.engine = open_engine(path, threads=threads, engine=engine, options=options)
        if self.engine.input_shape != self.spec.input.shape:
            raise ModelFileError(
                f"{path.name}: input {self.engine.input_shape}, its metadata say {self.spec.input.shape}",
                tip="copy it again, or convert it again",
            )
        shapes = {(1, len(self.labels))} | ({(1, 1)} if len(self.labels) == 2 else set())
        if self.engine.output_shape not in shapes:
            raise ModelFileError(
                f"{path.name}: output {self.engine.output_shape} for {len(self.labels)} labels",
                tip="copy it again, or convert it again",
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in output order."""
        return self.spec.labels

    def __call__(self, image: ImageSource, *, channel_order: ChannelOrder = "RGB") -> Scores:
        """Classify a path, bytes, a file object, a PIL image or an array.

        Arrays are uint8: [height, width, 3], `channel_order` RGB or BGR, or [height, width], grey. One of the
        input's size goes into the engine's tensor as it is. Raises `ImageError` for a picture that cannot be
        read.
        """
        return self.postprocess(self.engine.run(load(image, self.spec.input, channel_order=channel_order)))

    def invoke(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Raw output row [classes] for raw pixels, uint8 [1, height, width, channels]."""
        return self.engine.run(pixels)

    def stream(
        self,
        source: "StreamSource",
        options: "StreamOptions | None" = None,
        *,
        notice: Callable[[str], None] | None = None,
    ) -> "Stream":
        """Classify what comes from a folder, a pattern of files, a video, a camera or any iterable of pictures.

        One thread decodes ahead while this one infers; results keep their order, memory is bounded. `source`
        and `notice` are as in `streams.open_source`, which says what is raised.

        >>> with classify.stream("camera:0", StreamOptions(every=0.5)) as results:   # doctest: +SKIP
        ...     for result in results:
        ...         print(result.best)
        """
        from edgesmith.runtime.streams import Stream, StreamOptions, open_source

        self._require_open()
        return Stream(self, open_source(source, notice=notice), options or StreamOptions())

    def postprocess(self, row: NDArray[Any]) -> Scores:
        """Probabilities of a raw output row."""
        return Scores(self.labels, probabilities(row, classes=len(self.labels)))

    def close(self) -> None:
        """Free the model. The classifier cannot be used again; closing it again is fine."""
        self._closed = True
        self.engine.close()

    def __enter__(self) -> "Classifier":
        self._require_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _require_open(self) -> None:
        if self._closed:
            raise closed(self._path)
