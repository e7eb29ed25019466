"""Made-up results with everything that a report shows, and names that try to break out of it."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from tests.chromium import browser

from edgesmith.benchmarks.classification import Evaluation, quality
from edgesmith.benchmarks.gather import int8_accuracy
from edgesmith.benchmarks.report.charts.all import charts_of
from edgesmith.benchmarks.report.charts.chart import Chart
from edgesmith.benchmarks.report.render import render_html
from edgesmith.benchmarks.results import (
    BenchResult,
    BenchRun,
    BenchWarning,
    Block,
    FailedRun,
    MemoryUse,
)
from edgesmith.benchmarks.singlestream import single_stream
from edgesmith.benchmarks.worker.messages import OperatorTime
from edgesmith.runtime.accuracy import Accuracy, wilson_interval
from edgesmith.runtime.machine.state import State

__all__ = ["browser"]

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&`|$x_1$"
LABELS = ("daisy", "dandelion", HOSTILE, "sunflower", "tulip")
FACTORS = {"float32": 1.0, "int8": 0.45}

Runs = Callable[..., BenchRun]
Results = Callable[..., BenchResult]


def _evaluation(hits: float, *, seed: int, images: int = 200) -> Evaluation:
    chance = np.random.default_rng(seed)
    truth = np.arange(images) % len(LABELS)
    wrong = chance.random(images) > hits
    predicted = np.where(wrong, (truth + 1) % len(LABELS), truth)
    return Evaluation(
        labels=LABELS,
        truth=tuple(map(int, truth)),
        predicted=tuple(map(int, predicted)),
        confidence=tuple(map(float, chance.uniform(0.6, 1, images).round(4))),
    )


def _with_details(run: BenchRun, *, hits: float, seed: int) -> BenchRun:
    evaluation = _evaluation(hits, seed=seed)
    right = int(evaluation.hits.sum())
    images = len(evaluation.truth)
    return dataclasses.replace(
        run,
        accuracy=Accuracy(
            top1=right / images, top5=1.0, images=images, interval=wilson_interval(right, images)
        ),
        evaluation=evaluation,
        quality=quality(evaluation),
        memory=MemoryUse(
            before_load_bytes=36_000_000, after_load_bytes=52_000_000, after_inference_bytes=60_000_000
        ),
    )


def _state(seconds: float, *, hot: bool) -> State:
    return State(
        temperature_c=50 + min(35.0, seconds / 4) if hot else None,
        frequency_mhz=1500.0 - (400.0 if hot and seconds > 100 else 0.0) if hot else None,
        throttled_flags=4 if hot and seconds > 100 else 0,
        load_average=0.1,
        power_w=3.0 + min(3.0, seconds / 40) if hot else None,
    )


def _blocks(runs: Sequence[BenchRun], *, size: int, hot: bool) -> tuple[Block, ...]:
    """By turns; in a sustained result, where `hot`, one run after the other."""
    turns = [(run, turn) for turn in range(len(runs[0].samples_ms) // size) for run in range(len(runs))]
    if hot:
        turns.sort()
    return tuple(
        Block(
            process=0,
            run=run,
            samples=size,
            begin_s=2.0 * place,
            reference_ms=(1.0, 1.02, 1.0 + 0.01 * (place % 3)),
            state=_state(2.0 * place, hot=hot),
        )
        for place, (run, turn) in enumerate(turns)
    )


def _make_large(
    make_run: Runs,
    make_result: Results,
    *,
    files: int = 12,
    threads: tuple[int, ...] = (1, 2, 4),
    samples: int = 200,
) -> BenchResult:
    """`files` model files x thread counts, half of them int8, of two formats."""
    chance = np.random.default_rng(7)
    runs = []
    for number in range(files):
        precision = ("float32", "int8")[number % 2]
        kind = ("tflite", "onnx")[number // 2 % 2]
        name = f"network{number // 4}"
        for count in threads:
            scale = (4 + 3 * (number // 4)) * FACTORS[precision] / count**0.6
            invoke = scale * chance.lognormal(0, 0.08, samples)
            run = make_run(
                f"{name}-{precision}.{kind}",
                precision,
                [float(value) for value in invoke.round(4)],
                name=name,
                threads=count,
                engine={"tflite": "ai-edge-litert 2.3.0", "onnx": "onnxruntime 1.31.1"}[kind],
                bytes=(6_000_000 if precision == "float32" else 1_600_000) * (1 + number // 4),
            )
            runs.append(
                _with_details(run, hits=0.88 + 0.03 * (number // 4) - 0.015 * (number % 2), seed=number // 4)
            )
    return _finished(make_result(*runs, blocks=_blocks(runs, size=10, hot=False)), threads)


def _finished(result: BenchResult, threads: tuple[int, ...]) -> BenchResult:
    return dataclasses.replace(
        result,
        plan=dataclasses.replace(result.plan, threads=threads),
        int8_accuracy=int8_accuracy(result.runs),
        failed=(
            FailedRun(
                file=f"{HOSTILE}.tflite",
                precision="int8",
                engine=None,
                threads=1,
                reason=f"no kernel for {HOSTILE}",
                tip="run `edgesmith inspect`",
            ),
        ),
        warnings=(BenchWarning(kind="noisy", message=f"<i> `code <u>` {HOSTILE}"),),
    )


@pytest.fixture(scope="session")
def make_large(make_run: Runs, make_result: Results) -> Callable[..., BenchResult]:
    """A big result, of 12 files and 3 thread counts unless keywords say otherwise."""

    def make(**changes: Any) -> BenchResult:
        return _make_large(make_run, make_result, **changes)

    return make


@pytest.fixture(scope="session")
def rich(make_large: Callable[..., BenchResult]) -> BenchResult:
    """Four files, two thread counts, everything that a report can show, hostile names."""
    result = make_large(files=4, threads=(1, 2), samples=40)
    profile = (
        OperatorTime(kind="Conv", name=HOSTILE, milliseconds=2.0),
        OperatorTime(kind="MatMul", name="head", milliseconds=1.0),
    )
    runs = tuple(
        dataclasses.replace(
            run,
            file=f"{HOSTILE}.tflite" if run.file == result.runs[0].file else run.file,
            profile=profile if index == 0 else None,
            single_stream=single_stream(run.samples_ms.end_to_end * 4),
        )
        for index, run in enumerate(result.runs)
    )
    return dataclasses.replace(result, runs=runs)


@pytest.fixture(scope="session")
def sustained(make_run: Runs, make_result: Results) -> BenchResult:
    """Two runs of four minutes on a machine that gets hot and slow."""
    invoke = [4.0] * 600 + [6.0] * 600
    runs = [make_run(f"a-{precision}.tflite", precision, invoke) for precision in FACTORS]
    result = make_result(*runs, blocks=_blocks(runs, size=10, hot=True))
    return dataclasses.replace(
        result, plan=dataclasses.replace(result.plan, scenario="sustained", seconds=240.0)
    )


@pytest.fixture(scope="session")
def charts(rich: BenchResult) -> list[Chart]:
    return charts_of(rich)


@pytest.fixture(scope="session")
def page(rich: BenchResult, charts: list[Chart]) -> str:
    return render_html(rich, charts)
