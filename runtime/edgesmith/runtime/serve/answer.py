"""One picture's answer, worked out in a worker's thread."""

import json
import time
from dataclasses import dataclass

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import ImageError
from edgesmith.runtime.images import load
from edgesmith.runtime.serve.pictures import picture_of
from edgesmith.runtime.web.problems import RefusedError

SCHEMA = "edgesmith.classify/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request, complete: its Content-Type and body, how many classes to name, and when it was accepted.

    `accepted`: of `time.perf_counter`, seconds.
    """

    content_type: str
    body: bytes
    top: int
    max_pixels: int
    accepted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body`: JSON, UTF-8. The times in seconds: waiting for a worker, reading the picture, inference."""

    body: bytes
    waiting: float
    decoding: float
    inference: float


def answer(classifier: Classifier, question: Question) -> Answer:
    """Classify. Raises `RefusedError` for what is no picture (415), cannot be read or has too many pixels (422)."""
    begun = time.perf_counter()
    picture = picture_of(question.content_type, question.body)
    try:
        pixels = load(picture, classifier.spec.input, max_pixels=question.max_pixels)
    except ImageError as error:
        raise RefusedError(422, error.message, tip=error.tip) from error
    decoded = time.perf_counter()
    row = classifier.invoke(pixels)
    inferred = time.perf_counter()
    best = classifier.postprocess(row).top(question.top)
    times = {
        "waiting": begun - question.accepted,
        "decoding": decoded - begun,
        "inference": inferred - decoded,
    }
    document = {
        "schema": SCHEMA,
        "model": classifier.spec.name,
        "top": [{"label": one.label, "score": one.score, "index": one.index} for one in best],
        "milliseconds": {phase: round(1000 * seconds, 3) for phase, seconds in times.items()},
    }
    return Answer(body=json.dumps(document, ensure_ascii=False, allow_nan=False).encode(), **times)
