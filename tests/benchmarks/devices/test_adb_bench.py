"""A whole benchmark over Debian's adb, the cable pulled in the middle, and gone on with."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from tests.benchmarks.devices.adbd import Phone, Server
from tests.benchmarks.devices.android import install_termux

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.errors import DeviceError

T = TypeVar("T")

pytestmark = pytest.mark.slow


class PulledCable:
    """A benchmark's progress that pulls the cable when 40 % of the samples are there."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    @contextmanager
    def bar(self, stage: str, total: float, /) -> Iterator[Callable[[float], None]]:
        def show(done: float) -> None:
            if stage == "samples" and done >= 0.4 * total:
                self.phone.unplug()

        yield show

    def track(self, items: Sequence[T], _stage: str, /) -> Iterator[T]:
        return iter(items)


def test_a_pulled_cable_loses_nothing(
    adb_server: Server,
    phone: Phone,
    tiny_plan: Callable[..., BenchmarkPlan],
    models: tuple[Path, Path],
) -> None:
    install_termux(phone, debuggable=True)
    plan = tiny_plan(device="adb:PHONE1", models=models)
    with pytest.raises(DeviceError, match="the connection was lost") as caught:
        bench(plan, progress=PulledCable(phone))
    assert "of 20 samples" in str(caught.value)
    assert "--resume" in str(caught.value.tip)
    assert not plan.output.exists()
    for process in phone.running():
        process.wait(timeout=20)

    phone.plug()
    result = bench(dataclasses.replace(plan, resume=True))
    assert [len(run.samples_ms) for run in result.runs] == [20, 20]
    assert result.plan.device == "adb"
    assert result.environment.board == "Google Pixel 8"
    assert BenchResult.load(plan.output / "bench.json") == result
    assert "PHONE1" not in (plan.output / "bench.json").read_text()
