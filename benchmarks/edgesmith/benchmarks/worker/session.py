"""One model under measurement: what the worker does for each request."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Union, cast

import numpy as np

from edgesmith.benchmarks.worker.memory import peak_rss_bytes, rss_bytes
from edgesmith.benchmarks.worker.messages import (
    Classified,
    Classify,
    ColdStart,
    ColdStarted,
    Evaluate,
    Evaluated,
    Load,
    Loaded,
    Measure,
    Memory,
    Profiled,
    ProfileOperators,
    ReadEnvironment,
    ReadMemory,
    ReadState,
    ReferenceTimes,
    Request,
    Samples,
    TimeReference,
    WarmedUp,
    WarmUp,
)
from edgesmith.benchmarks.worker.timing import milliseconds, time_samples
from edgesmith.runtime.accuracy import measure_accuracy
from edgesmith.runtime.classifier import Classifier

# Imported when asked for: a cold start is to show what the model needs, not what this worker can do besides.
if TYPE_CHECKING:
    from edgesmith.runtime.engines import EngineName
    from edgesmith.runtime.machine.environment import Environment
    from edgesmith.runtime.machine.state import State

Answer = Union[
    Loaded,
    Classified,
    ColdStarted,
    WarmedUp,
    Samples,
    Evaluated,
    ReferenceTimes,
    Profiled,
    Memory,
    "State",
    "Environment",
]


Opener = Callable[..., Classifier]
Clock = Callable[[Classifier, Iterable[Path]], Samples]


class Session:
    """Holds the classifier between requests. `opener` makes it, `clock` times it."""

    def __init__(self, *, opener: Opener = Classifier, clock: Clock = time_samples) -> None:
        self._open, self._clock = opener, clock
        self._classifier: Classifier | None = None

    def answer(self, request: Request) -> Answer:  # noqa: PLR0911 - one return for each kind of request
        """Do what is asked. Raises `EdgesmithError` for a model or an image that does not serve."""
        match request:
            case Load():
                return self._load(request)
            case Classify():
                best = self._loaded(request)(request.image).top(1)[0]
                return Classified(label=best.label, score=best.score)
            case ColdStart():
                from edgesmith.benchmarks.worker.coldstart import start_cold

                return start_cold(request)
            case WarmUp():
                return _warm_up(self._timed(request), request)
            case Measure():
                return _measure(self._timed(request), request)
            case Evaluate():
                return _evaluate(self._loaded(request), request)
            case TimeReference():
                from edgesmith.benchmarks.worker.reference import time_reference

                return ReferenceTimes(milliseconds=time_reference(request.repeats))
            case ProfileOperators():
                from edgesmith.benchmarks.worker.profile import profile_operators

                return Profiled(operators=profile_operators(self._loaded(request), request))
            case ReadMemory():
                return Memory(peak_rss_bytes=peak_rss_bytes(), rss_bytes=rss_bytes())
            case ReadState():
                from edgesmith.runtime.machine.state import read_state

                return read_state()
            case ReadEnvironment():
                from edgesmith.runtime.machine.environment import read_environment

                return read_environment()

    def _load(self, request: Load) -> Loaded:
        before = rss_bytes()
        start = time.perf_counter_ns()
        engine = cast("EngineName | None", request.engine)  # the runtime refuses other names
        self._classifier = self._open(request.model, threads=request.threads, engine=engine)
        load_ms = milliseconds(time.perf_counter_ns() - start)
        return Loaded(
            engine=self._classifier.engine.name,
            load_ms=load_ms,
            rss_before_bytes=before,
            rss_after_bytes=rss_bytes(),
        )

    def _loaded(self, request: Request) -> Classifier:
        if self._classifier is None:
            raise RuntimeError(f"{type(request).__name__} before Load")
        return self._classifier

    def _timed(self, request: Request) -> Callable[[Iterable[Path]], Samples]:
        return partial(self._clock, self._loaded(request))


def _warm_up(clock: Callable[[Iterable[Path]], Samples], request: WarmUp) -> WarmedUp:
    times: list[float] = []
    end = time.perf_counter() + request.seconds
    for image in cycle(request.images):
        times.extend(clock([Path(image)]).end_to_end)
        if len(times) >= request.inferences and time.perf_counter() >= end:
            break
    return WarmedUp(milliseconds=tuple(times))


def _measure(clock: Callable[[Iterable[Path]], Samples], request: Measure) -> Samples:
    images = [Path(image) for image in request.images]
    if request.settle:
        # Other variants ran since the last block and own the processor's caches now.
        clock(images[-request.settle :])
    return clock(images)


def _evaluate(classifier: Classifier, request: Evaluate) -> Evaluated:
    scores = np.stack([classifier(image).values for image in request.images])
    best = scores.argmax(axis=1)  # equal scores: the lowest index, as `Scores.top` has it
    return Evaluated(
        accuracy=measure_accuracy(scores, request.classes),
        predicted=tuple(map(int, best)),
        confidence=tuple(round(float(row[index]), 6) for row, index in zip(scores, best, strict=True)),
    )
