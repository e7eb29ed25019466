import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgesmith.benchmarks.devices.local import start_worker
from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import EngineError, ImageError, ModelFileError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State


@pytest.fixture
def images(pictures: Path) -> tuple[str, ...]:
    return tuple(str(path) for path in sorted(pictures.rglob("*.png")))


@pytest.fixture
def worker(models: tuple[Path, Path]) -> Iterator[WorkerProcess]:
    with start_worker(models[0].name) as process:
        yield process


@pytest.fixture
def loaded(worker: WorkerProcess, models: tuple[Path, Path]) -> WorkerProcess:
    answer = worker.ask(messages.Load(model=str(models[0]), threads=1, engine=None), messages.Loaded)
    assert answer.engine.startswith("onnxruntime ")
    assert answer.load_ms > 0
    return worker


def test_a_worker_does_the_whole_protocol(loaded: WorkerProcess, images: tuple[str, ...]) -> None:
    best = loaded.ask(messages.Classify(image=images[-1]), messages.Classified)
    assert best.label == "blue"  # red/wrong.png
    warm = loaded.ask(messages.WarmUp(images=images, inferences=9, seconds=0.0), messages.WarmedUp)
    assert len(warm.milliseconds) == 9  # more than there are images: in a circle
    samples = loaded.ask(messages.Measure(images=images, settle=2), messages.Samples)
    assert len(samples) == len(images) == 7  # what settles is not counted
    phases = [samples.decode, samples.preprocess, samples.invoke, samples.postprocess]
    assert [sum(parts) for parts in zip(*phases, strict=True)] == pytest.approx(samples.end_to_end, abs=1e-3)
    found = loaded.ask(messages.Evaluate(images=images, classes=(0, 0, 0, 1, 1, 1, 1)), messages.Evaluated)
    assert found.accuracy.top1 == pytest.approx(6 / 7)
    assert found.predicted == (0, 0, 0, 1, 1, 1, 0)
    assert all(0.5 < confidence <= 1 for confidence in found.confidence)
    memory = loaded.ask(messages.ReadMemory(), messages.Memory)
    assert 20e6 < memory.peak_rss_bytes < 1e9
    assert memory.rss_bytes is not None
    # Two readings, one after the other: the second may have grown by a page.
    assert 20e6 < memory.rss_bytes < memory.peak_rss_bytes + 1e6


def test_the_reference_kernel_needs_no_model(worker: WorkerProcess) -> None:
    times = worker.ask(messages.TimeReference(repeats=3), messages.ReferenceTimes).milliseconds
    assert len(times) == 3
    assert all(time > 0 for time in times)


def test_onnxruntime_tells_its_time_by_operator(
    loaded: WorkerProcess, models: tuple[Path, Path], images: tuple[str, ...]
) -> None:
    request = messages.ProfileOperators(model=str(models[0]), threads=1, image=images[0], inferences=3)
    operators = loaded.ask(request, messages.Profiled).operators
    assert operators is not None
    assert [operator.kind for operator in operators] == ["ReduceMean", "MatMul", "Softmax"]


def test_a_warm_up_lasts_as_long_as_asked(loaded: WorkerProcess, images: tuple[str, ...]) -> None:
    warm = loaded.ask(messages.WarmUp(images=images, inferences=1, seconds=0.2), messages.WarmedUp)
    assert len(warm.milliseconds) > 1
    assert sum(warm.milliseconds) > 50


def test_environment_and_state_need_no_model(worker: WorkerProcess) -> None:
    environment = worker.ask(messages.ReadEnvironment(), Environment)
    assert environment.cores >= 1
    assert environment.packages["onnxruntime"]
    state = worker.ask(messages.ReadState(), State)
    assert state.temperature_c is None or -20 < state.temperature_c < 150


def test_errors_of_the_worker_arrive_with_class_and_file(worker: WorkerProcess, tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")
    with pytest.raises(ModelFileError, match=r"colours-float32\.onnx.*bad\.onnx") as caught:
        worker.ask(messages.Load(model=str(bad), threads=1, engine=None), messages.Loaded)
    assert caught.value.tip


def test_a_worker_survives_an_error(loaded: WorkerProcess, images: tuple[str, ...]) -> None:
    with pytest.raises(ImageError, match="no such file"):
        loaded.ask(messages.Classify(image="absent.png"), messages.Classified)
    assert loaded.ask(messages.Classify(image=images[0]), messages.Classified).label == "blue"


def test_an_engine_for_the_other_format_is_refused(worker: WorkerProcess, models: tuple[Path, Path]) -> None:
    with pytest.raises(EngineError, match="ai-edge-litert does not run"):
        worker.ask(messages.Load(model=str(models[0]), threads=1, engine="ai-edge-litert"), messages.Loaded)


def test_a_worker_that_dies_is_named_with_its_last_words(worker: WorkerProcess) -> None:
    # Measuring before loading is a defect of the controller: the worker ends with a traceback.
    with pytest.raises(EngineError, match="ended with code 1 at Classify") as caught:
        worker.ask(messages.Classify(image="a.png"), messages.Classified)
    assert "colours-float32.onnx" in str(caught.value)
    assert "RuntimeError: Classify before Load" in str(caught.value)


def test_a_killed_worker_is_told_from_a_failed_one() -> None:
    command = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    with WorkerProcess("some.onnx", command=command) as worker, pytest.raises(EngineError, match="signal 9"):
        worker.ask(messages.ReadState(), State)


def test_the_worker_imports_only_the_runtime(models: tuple[Path, Path], images: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom edgesmith.benchmarks.worker import __main__\n"
        "from edgesmith.benchmarks.worker import messages, session\n"
        "from edgesmith.runtime.machine import environment, state\n"
        f"one = session.Session()\none.answer(messages.Load(model={str(models[0])!r}, threads=1, engine=None))\n"
        f"one.answer(messages.Classify(image={images[0]!r}))\n"
        "heavy = {'rich', 'matplotlib', 'jinja2', 'onnx', 'tensorflow'} & set(sys.modules)\n"
        "parts = {n for n in sys.modules if n.startswith('edgesmith.')} - {'edgesmith.benchmarks'}\n"
        "strangers = {n for n in parts if not n.startswith(('edgesmith.runtime', 'edgesmith.benchmarks.worker'))}\n"
        "sys.exit(str(heavy | strangers) if heavy | strangers else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
