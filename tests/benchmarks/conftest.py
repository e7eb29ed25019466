"""Tiny real things: ONNX classifiers with edgesmith metadata, pictures, one whole benchmark.

And made-up results, for rules that need numbers which no machine here gives. The makers are fixtures that
return functions, since test modules cannot import each other in pytest's importlib mode.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.devices.emulated.counts import (
    BoardFacts,
    CountedRun,
    CountsResult,
    EmulatorFacts,
    Instructions,
    SystemFacts,
    typical,
)
from edgesmith.benchmarks.results import BenchResult, BenchRun, DataFacts, PlanFacts, StateBeforeAfter
from edgesmith.benchmarks.statistics import median, summarize
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.accuracy import Accuracy, wilson_interval
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State
from edgesmith.runtime.spec import Golden, InputSpec, ModelSpec, Precision, SourceSpec

SIDE = 16
LABELS = ("blue", "red")


def _write_model(path: Path, *, precision: Precision = "float32", name: str = "colours") -> Path:
    """A classifier that looks at the mean colour: red or blue? Input float32, or uint8 for int8."""
    kind = TensorProto.UINT8 if precision == "int8" else TensorProto.FLOAT
    weights = np.array([[-0.1, 0.1], [0, 0], [0.1, -0.1]], np.float32)
    nodes = [
        helper.make_node("Cast", ["pixels"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["values", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("pixels", kind, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])],
        [
            numpy_helper.from_array(np.array([1, 2], np.int64), "axes"),
            numpy_helper.from_array(weights, "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    spec = ModelSpec(
        name=name,
        labels=LABELS,
        input=InputSpec(height=SIDE, width=SIDE, channels=3),
        precision=precision,
        source=SourceSpec(sha256="0" * 64, framework="test"),
        golden=Golden(outputs=((0.5, 0.5),) * 4, tolerance=0.0, other_kernels=0.0),
    )
    helper.set_model_props(model, {"edgesmith.json": spec.to_json().decode()})
    onnx.save(model, path)
    return path


def _write_picture(path: Path, colour: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 20), colour).save(path)
    return path


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("models")
    return (
        _write_model(folder / "colours-float32.onnx"),
        _write_model(folder / "colours-int8.onnx", precision="int8"),
    )


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reds, three blues, and one blue in the folder of reds: top-1 is 6 of 7."""
    folder = tmp_path_factory.mktemp("data") / "pictures"
    for number in range(3):
        _write_picture(folder / "red" / f"{number}.png", "red")
        _write_picture(folder / "blue" / f"{number}.png", "blue")
    _write_picture(folder / "red" / "wrong.png", "blue")
    return folder


PlanFactory = Callable[..., BenchmarkPlan]


@pytest.fixture
def tiny_plan(models: tuple[Path, Path], pictures: Path, tmp_path: Path) -> PlanFactory:
    """A plan of a few samples; keywords override."""

    def make(**changes: object) -> BenchmarkPlan:
        fields = {"models": models[:1], "data": pictures, "output": tmp_path / "bench", **tiny_protocol()}
        return BenchmarkPlan(**{**fields, **changes})  # type: ignore[arg-type]  # fields of several types

    return make


def tiny_protocol() -> dict[str, float | int]:
    return {
        "samples": 20,
        "seconds": 0.0,
        "warmup_inferences": 3,
        "warmup_seconds": 0.0,
        "cold_starts": 1,
    }


@pytest.fixture(scope="session")
def bench_folder(models: tuple[Path, Path], pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of one real benchmark: two files, two thread counts."""
    output = tmp_path_factory.mktemp("output") / "bench"
    bench(BenchmarkPlan(models=models, data=pictures, output=output, threads=(1, 2), **tiny_protocol()))  # type: ignore[arg-type]  # as above
    return output


@pytest.fixture(scope="session")
def result(bench_folder: Path) -> BenchResult:
    return BenchResult.load(bench_folder / "bench.json")


IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=0.1)


def _make_samples(invoke: list[float]) -> Samples:
    ones = (1.0,) * len(invoke)
    return Samples(
        decode=ones,
        preprocess=ones,
        invoke=tuple(invoke),
        postprocess=ones,
        end_to_end=tuple(value + 3 for value in invoke),
    )


def _make_run(file: str, precision: Precision, invoke: list[float], **changes: Any) -> BenchRun:
    samples = _make_samples(invoke)
    hits = changes.pop("hits", 90)
    run = BenchRun(
        file=file,
        name="colours",
        sha256="0" * 64,
        bytes=1000 * len(precision),
        precision=precision,
        engine="onnxruntime 1.31.1",
        threads=1,
        cold_start_ms=median([300.0]),
        load_ms=median([20.0]),
        peak_rss_bytes=50_000_000,
        accuracy=Accuracy(top1=hits / 100, top5=1.0, images=100, interval=wilson_interval(hits, 100)),
        summary=summarize(samples),
        state=StateBeforeAfter(before=IDLE, after=IDLE),
        cold_starts_ms=(300.0,),
        loads_ms=(20.0,),
        warmup_ms=(4.0,),
        samples_ms=samples,
    )
    return dataclasses.replace(run, **changes)


def _make_environment(**changes: Any) -> Environment:
    environment = Environment(
        cpu_model="A processor",
        cores=4,
        cpu_features=("avx2", "avx512_vnni"),
        architecture="x86_64",
        board=None,
        governor="performance",
        max_frequency_mhz=1500.0,
        ram_bytes=4_000_000_000,
        kernel="Linux 6",
        os="An OS",
        python="CPython 3.11",
        packages={"numpy": "2"},
        load_average=(0.1, 0.1, 0.1),
    )
    return dataclasses.replace(environment, **changes)


def _make_result(*runs: BenchRun, **changes: Any) -> BenchResult:
    result = BenchResult(
        environment=_make_environment(),
        data=DataFacts(name="pictures", sha256="1" * 64, images=100, labelled=True),
        plan=PlanFacts(
            device="local",
            threads=(1,),
            engine=None,
            samples=200,
            seconds=5.0,
            warmup_inferences=10,
            warmup_seconds=0.5,
            cold_starts=3,
            seed=0,
        ),
        warnings=(),
        runs=runs,
    )
    return dataclasses.replace(result, **changes)


@pytest.fixture(scope="session")
def write_model() -> Callable[..., Path]:
    return _write_model


@pytest.fixture(scope="session")
def write_picture() -> Callable[[Path, str], Path]:
    return _write_picture


@pytest.fixture(scope="session")
def make_samples() -> Callable[[list[float]], Samples]:
    return _make_samples


@pytest.fixture(scope="session")
def make_run() -> Callable[..., BenchRun]:
    return _make_run


@pytest.fixture(scope="session")
def make_environment() -> Callable[..., Environment]:
    return _make_environment


@pytest.fixture(scope="session")
def make_result() -> Callable[..., BenchResult]:
    return _make_result


def _make_counts(*totals: int, file: str = "a-int8.tflite", **changes: Any) -> CountsResult:
    """One run, whose inferences took so many instructions, all of them loads but for ten dot products."""
    regions = tuple(
        Instructions(load=total - 10, store=0, branch=0, simd_float=0, dot_product=10, integer=0, other=0)
        for total in totals
    )
    run = CountedRun(
        file=file,
        name="a",
        sha256="0" * 64,
        bytes=1000,
        precision="int8",
        engine="ai-edge-litert 2.3.0",
        packages={"numpy": "2"},
        instructions=typical(regions),
        regions=regions,
    )
    result = CountsResult(
        board=BoardFacts(name="pi4", model="Raspberry Pi 4 Model B Rev 1.4", cpu="cortex-a72"),
        emulator=EmulatorFacts(version="7.2.22", plugin_api=1),
        system=SystemFacts(name="bookworm-arm64", os="Debian", python="CPython 3.11.2"),
        data=DataFacts(name="pictures", sha256="1" * 64, images=100, labelled=True),
        images=3,
        warnings=(),
        runs=(run,),
    )
    return dataclasses.replace(result, **changes)


@pytest.fixture(scope="session")
def make_counts() -> Callable[..., CountsResult]:
    return _make_counts
