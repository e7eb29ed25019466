import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.session import Clock, Opener, Session
from peers.mediapipe_worker import MediaPipeClassifier, time_samples


@dataclass(frozen=True)
class Category:
    index: int
    category_name: str
    score: float


class FakeClassifier:
    """Sure of red where the file's name says so; best first, as MediaPipe has it."""

    def classify(self, picture: str) -> Any:
        red = Category(1, "red", 0.75 if "red" in picture else 0.25)
        blue = Category(0, "blue", 1 - red.score)
        ranked = sorted([blue, red], key=lambda category: -category.score)
        return SimpleNamespace(classifications=[SimpleNamespace(categories=ranked)])


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session with a package that has as much of mediapipe as the worker uses."""
    vision = SimpleNamespace(
        ImageClassifierOptions=SimpleNamespace,
        ImageClassifier=SimpleNamespace(create_from_options=lambda options: FakeClassifier()),
    )
    package = ModuleType("mediapipe")
    package.__dict__.update(
        {"__version__": "1.2.2", "Image": SimpleNamespace(create_from_file=lambda path: path)}
    )
    tasks, python = ModuleType("mediapipe.tasks"), ModuleType("mediapipe.tasks.python")
    python.__dict__.update({"BaseOptions": SimpleNamespace, "vision": vision})
    for name, module in {"": package, ".tasks": tasks, ".tasks.python": python}.items():
        monkeypatch.setitem(sys.modules, f"mediapipe{name}", module)
    return Session(opener=cast("Opener", MediaPipeClassifier), clock=cast("Clock", time_samples))


def test_it_does_the_whole_protocol(session: Session) -> None:
    loaded = session.answer(messages.Load(model="a.tflite", threads=1, engine=None))
    assert isinstance(loaded, messages.Loaded)
    assert loaded.engine == "mediapipe 1.2.2"
    assert session.answer(messages.Classify(image="red.jpg")) == messages.Classified(label="red", score=0.75)
    warm = session.answer(messages.WarmUp(images=("a.jpg",), inferences=3, seconds=0.0))
    assert isinstance(warm, messages.WarmedUp)
    assert len(warm.milliseconds) == 3
    found = session.answer(messages.Evaluate(images=("red.jpg", "blue.jpg", "blue.jpg"), classes=(1, 0, 1)))
    assert isinstance(found, messages.Evaluated)
    assert found.predicted == (1, 0, 0)
    assert found.accuracy.top1 == pytest.approx(2 / 3)


def test_two_phases_are_the_whole(session: Session) -> None:
    session.answer(messages.Load(model="a.tflite", threads=1, engine=None))
    samples = session.answer(messages.Measure(images=("red.jpg",) * 4, settle=2))
    assert isinstance(samples, messages.Samples)
    assert len(samples) == 4
    assert set(samples.preprocess + samples.postprocess) == {0.0}
    whole = [a + b for a, b in zip(samples.decode, samples.invoke, strict=True)]
    assert whole == pytest.approx(samples.end_to_end, abs=1e-3)


def test_it_needs_nothing_that_is_not_beside_it() -> None:
    script = Path(__file__).parents[2] / "benchmarks/peers/mediapipe_worker.py"
    imported = {line.split()[1] for line in script.read_text().splitlines() if line.startswith("from ")}
    ours = {name for name in imported if name.startswith("edgesmith")}
    assert all(name.startswith(("edgesmith.runtime", "edgesmith.benchmarks.worker")) for name in ours)
