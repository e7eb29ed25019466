from pathlib import Path

import pytest

from edgesmith.runtime.errors import EngineError
from peers import litert_sides
from peers.litert_sides import Task


def test_there_are_as_many_samples_as_inferences() -> None:
    task = Task(model=Path("a-int8.tflite"), sha256="0" * 64, threads=1, images=("a.jpg", "b.jpg", "c.jpg"))
    assert len(task.samples) == 200
    assert task.samples[:4] == ("a.jpg", "b.jpg", "c.jpg", "a.jpg")


@pytest.mark.parametrize("text", [litert_sides._LOOP, litert_sides._UNROUNDED], ids=["loop", "litert"])
def test_the_programs_are_python(text: str) -> None:
    compile(text, "side", "exec")


def test_what_litert_benchmark_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(litert_sides, "_UNROUNDED", "import sys; sys.exit('no such file')")
    task = Task(model=Path("a-int8.tflite"), sha256="0" * 64, threads=1, images=("a.jpg",))
    with pytest.raises(EngineError, match="code 1 and said: no such file"):
        litert_sides.SIDES["litert-benchmark"](task)


def test_it_is_looked_for_where_it_would_be() -> None:
    assert litert_sides.is_installed()
