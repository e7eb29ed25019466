"""A worker of `edgesmith bench` that classifies with MediaPipe Tasks; runs where mediapipe is installed.

MediaPipe takes a path and gives a label. Two phases can be told apart: `decode` is reading and decoding the file,
`invoke` all the rest, scaling to the input's size included: so its invoke compares with nobody's. The file is read
within the clock, from the page cache.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns
from typing import Any, cast

import numpy as np

from edgesmith.benchmarks.worker.__main__ import serve
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.benchmarks.worker.session import Clock, Opener, Session
from edgesmith.benchmarks.worker.timing import milliseconds
from edgesmith.runtime.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What stands in for an engine: a name and a version."""

    name: str


class MediaPipeClassifier:
    """As much of `edgesmith.runtime.Classifier` as a session asks for."""

    def __init__(self, path: str, *, threads: int, engine: str | None) -> None:  # noqa: ARG002 - MediaPipe has no options for them
        """Open a `.tflite` with TFLite Metadata."""
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self.engine = Engine(name=f"mediapipe {mediapipe.__version__}")
        # Without a number of results it gives all classes, best first.
        options = vision.ImageClassifierOptions(base_options=BaseOptions(model_asset_path=path))
        self._classifier: Any = vision.ImageClassifier.create_from_options(options)
        self._read: Any = mediapipe.Image.create_from_file

    def __call__(self, image: str | Path) -> Scores:
        """The probabilities of all classes."""
        ranked = self.categories(self.decode(image))
        ordered = sorted(ranked, key=lambda category: cast("int", category.index))
        values = np.array([category.score for category in ordered], np.float32)
        return Scores(tuple(category.category_name for category in ordered), values)

    def decode(self, image: str | Path) -> Any:
        """MediaPipe's own picture of a file."""
        return self._read(str(image))

    def categories(self, picture: Any) -> list[Any]:
        """Its own answer, best first."""
        ranked: list[Any] = self._classifier.classify(picture).classifications[0].categories
        return ranked


def time_samples(classifier: MediaPipeClassifier, images: Iterable[Path]) -> Samples:
    """As `edgesmith.benchmarks.worker.timing.time_samples`, with two phases."""
    marks = [_time_one(classifier, image) for image in images]
    nothing = (0.0,) * len(marks)
    return Samples(
        decode=tuple(milliseconds(decoded - start) for start, decoded, _ in marks),
        preprocess=nothing,
        invoke=tuple(milliseconds(end - decoded) for _, decoded, end in marks),
        postprocess=nothing,
        end_to_end=tuple(milliseconds(end - start) for start, _, end in marks),
    )


def _time_one(classifier: MediaPipeClassifier, image: Path) -> tuple[int, int, int]:
    start = perf_counter_ns()
    picture = classifier.decode(image)
    decoded = perf_counter_ns()
    str(classifier.categories(picture)[0].category_name)
    return start, decoded, perf_counter_ns()


def main() -> int:
    """Serve one controller."""
    serve(Session(opener=cast("Opener", MediaPipeClassifier), clock=cast("Clock", time_samples)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
