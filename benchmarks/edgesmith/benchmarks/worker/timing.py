"""The clock: one picture's way from encoded bytes to a named class, split into phases."""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter_ns

from edgesmith.benchmarks.worker.messages import PHASES, Samples
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.images import decode, fit


def time_samples(classifier: Classifier, images: Iterable[Path]) -> Samples:
    """Classify each image file once and return the times, milliseconds.

    decode: from the encoded bytes in memory to an RGB or grey picture. preprocess: to
    raw pixels of the input's size. invoke: the engine, which writes them into its tensor first. postprocess:
    to the best class with its label. Reading the file comes before the clock starts: it would measure the
    disk. Raises `ImageError` for a bad image.
    """
    samples = [_time_one(classifier, image.read_bytes()) for image in images]
    phases = {
        phase: tuple(milliseconds(marks[number + 1] - marks[number]) for marks in samples)
        for number, phase in enumerate(PHASES)
    }
    return Samples(**phases, end_to_end=tuple(milliseconds(marks[-1] - marks[0]) for marks in samples))


def milliseconds(nanoseconds: int) -> float:
    """To 0.1 µs, which is finer than the clock's own cost and keeps `bench.json` short."""
    return round(nanoseconds / 1e6, 4)


def _time_one(classifier: Classifier, data: bytes) -> tuple[int, ...]:
    """The clock before the first phase and after each of the four, nanoseconds."""
    spec, engine = classifier.spec.input, classifier.engine
    start = perf_counter_ns()
    picture = decode(data, spec)
    decoded = perf_counter_ns()
    pixels = fit(picture, spec)
    prepared = perf_counter_ns()
    row = engine.run(pixels)
    invoked = perf_counter_ns()
    classifier.postprocess(row).top(1)
    return start, decoded, prepared, invoked, perf_counter_ns()
