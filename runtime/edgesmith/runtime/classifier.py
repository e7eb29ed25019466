"""The classifier: a model file, opened."""

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.engines import EngineName, open_engine
from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.images import ImageSource, load
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.scores import Scores, probabilities


class Classifier:
    """Names what is on a picture.

    >>> with Classifier("flowers-int8.tflite", threads=4) as classify:   # doctest: +SKIP
    ...     classify("tulip.jpg").top(3)
    """

    def __init__(
        self, path: str | Path, *, threads: int | None = None, engine: EngineName | None = None
    ) -> None:
        """Open a `.tflite` or `.onnx` written by edgesmith.

        Raises `ModelFileError` for a file that is damaged, has no edgesmith metadata, or whose tensors do
        not fit it; `MissingExtraError` when no engine for the format is installed.
        """
        path = Path(path)
        self.spec = read_spec(path)
        self.engine = open_engine(path, threads=threads, engine=engine)
        if self.engine.input_shape != self.spec.input.shape:
            raise ModelFileError(
                f"{path.name}: input {self.engine.input_shape}, its metadata say {self.spec.input.shape}"
            )
        shapes = {(1, len(self.labels))} | ({(1, 1)} if len(self.labels) == 2 else set())
        if self.engine.output_shape not in shapes:
            raise ModelFileError(
                f"{path.name}: output {self.engine.output_shape} for {len(self.labels)} labels"
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in output order."""
        return self.spec.labels

    def __call__(self, image: ImageSource) -> Scores:
        """Classify a path, bytes, a file object, a PIL image or a uint8 array [height, width, 3] (RGB).

        Raises `ImageError` for a picture that cannot be read.
        """
        return self.postprocess(self.invoke(load(image, self.spec.input)))

    def invoke(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Raw output row [classes] for raw pixels, uint8 [1, height, width, channels]."""
        return self.engine.run(pixels.astype(self.engine.input_dtype, copy=False))

    def postprocess(self, row: NDArray[Any]) -> Scores:
        """Probabilities of a raw output row."""
        return Scores(self.labels, probabilities(row, classes=len(self.labels)))

    def close(self) -> None:
        """Free the model."""
        self.engine.close()

    def __enter__(self) -> "Classifier":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
