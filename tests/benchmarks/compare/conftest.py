"""Made-up results of several processes: one factory, that takes the medians of the processes."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from edgesmith.benchmarks.classification import Evaluation
from edgesmith.benchmarks.results import BenchResult, BenchRun, Block, ProcessRun
from edgesmith.runtime.accuracy import Accuracy, wilson_interval
from edgesmith.runtime.machine.state import State

IDLE = State(temperature_c=None, frequency_mhz=None, throttled_flags=None, load_average=0.1)
IMAGES = 100
SAMPLES = 4

ProcessResult = Callable[..., BenchResult]


@pytest.fixture
def processes_result(
    make_run: Callable[..., BenchRun], make_result: Callable[..., BenchResult]
) -> ProcessResult:
    """A result of one run whose processes have these medians of invoke; `wrong` of 100 images are answered wrongly."""

    def make(
        medians: Sequence[float],
        *,
        reference: Sequence[float] | None = None,
        file: str = "a-int8.onnx",
        wrong: int = 10,
        run: dict[str, Any] | None = None,
        **changes: Any,
    ) -> BenchResult:
        times = [value for median in medians for value in [median] * SAMPLES]
        one = make_run(
            file,
            "int8",
            times,
            processes=tuple(ProcessRun(samples=SAMPLES, warmup_ms=(median,)) for median in medians),
            evaluation=_evaluation(wrong),
            accuracy=_accuracy(wrong),
            **(run or {}),
        )
        blocks = tuple(
            Block(
                process=process,
                run=0,
                samples=SAMPLES // 2,
                begin_s=0.0,
                reference_ms=(time,) * 3,
                state=IDLE,
            )
            for process, time in enumerate(reference or [1.0] * len(medians))
            for _ in range(2)
        )
        return dataclasses.replace(make_result(one), blocks=blocks, **changes)

    return make


def _evaluation(wrong: int) -> Evaluation:
    return Evaluation(
        labels=("blue", "red"),
        truth=(0,) * IMAGES,
        predicted=(1,) * wrong + (0,) * (IMAGES - wrong),
        confidence=(0.9,) * IMAGES,
    )


def _accuracy(wrong: int) -> Accuracy:
    hits = IMAGES - wrong
    return Accuracy(top1=hits / IMAGES, top5=1.0, images=IMAGES, interval=wilson_interval(hits, IMAGES))
