import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.serve.answer import Answer, Question, answer
from edgesmith.runtime.web.problems import RefusedError


def _question(body: bytes, **changes: Any) -> Question:
    values = {"content_type": "image/png", "top": 2, "max_pixels": 10_000, "accepted": time.perf_counter()}
    return Question(body=body, **{**values, **changes})


@pytest.fixture
def classifier(models: dict[str, Path]) -> Iterator[Classifier]:
    with Classifier(models["float tflite"], threads=1) as opened:
        yield opened


def test_phases_add_up(classifier: Classifier, picture: Callable[..., bytes]) -> None:
    began = time.perf_counter()
    got = answer(classifier, _question(picture("red"), accepted=began - 5))
    took = time.perf_counter() - began
    assert isinstance(got, Answer)
    assert 5 <= got.waiting < 5 + took
    assert 0 < got.decoding + got.inference <= took
    assert json.loads(got.body)["milliseconds"]["waiting"] == pytest.approx(1000 * got.waiting, abs=0.001)


def test_labels_are_text_as_they_are(
    package: Callable[..., Path],
    bare_tflite: bytes,
    make_spec: Callable[..., Any],
    tmp_path: Path,
    picture: Callable[..., bytes],
) -> None:
    path = package(tmp_path / "a.tflite", bare_tflite, make_spec(labels=("röd", "<script>", '"')))
    with Classifier(path, threads=1) as classify:
        got = answer(classify, _question(picture("lime"), top=3))
    assert json.loads(got.body)["top"][0]["label"] == "<script>"
    assert "röd".encode() in got.body


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"no picture", 415), (b"\x89PNG\r\n\x1a\n broken", 422), (b"RIFF....WEBPVP8 ", 422)],
    ids=["kind", "damaged PNG", "damaged WebP"],
)
def test_refused(classifier: Classifier, body: bytes, status: int) -> None:
    with pytest.raises(RefusedError) as raised:
        answer(classifier, _question(body))
    assert raised.value.status == status


def test_too_many_pixels(classifier: Classifier, picture: Callable[..., bytes]) -> None:
    with pytest.raises(RefusedError, match="101x100 pixels are more than the 10000 allowed") as raised:
        answer(classifier, _question(picture("red", size=(101, 100))))
    assert raised.value.status == 422
