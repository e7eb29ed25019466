import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.benchmarks.devices.sshd import CutOff, Sshd

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.several import bench_each
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.results import BenchResult
from edgesmith.runtime.errors import DataError, DeviceError, OutputError

PlanFactory = Callable[..., BenchmarkPlan]

pytestmark = pytest.mark.slow


def _journaled(plan: BenchmarkPlan) -> list[float]:
    """The end-to-end times that the journal has."""
    file = plan.output.parent / f".{plan.output.name}.partial.jsonl"
    answers = [json.loads(line).get("answer") or {} for line in file.read_text().splitlines()[1:]]
    return [time for answer in answers for time in answer.get("end_to_end", ())]


@pytest.fixture
def remote_plan(tiny_plan: PlanFactory, sshd: Sshd, models: tuple[Path, Path]) -> BenchmarkPlan:
    return tiny_plan(device=sshd.address, remote_python=sys.executable, models=models)


def test_a_connection_that_breaks_loses_nothing(remote_plan: BenchmarkPlan, sshd: Sshd) -> None:
    with pytest.raises(DeviceError, match="the connection was lost") as caught:
        bench(remote_plan, progress=CutOff(sshd))
    assert "colours-int8.onnx, 1 thread: " in str(caught.value)
    assert "of 20 samples" in str(caught.value)
    assert "--resume" in str(caught.value.tip)
    assert sshd.wait_for_no_workers() == []
    assert not remote_plan.output.exists()
    kept = _journaled(remote_plan)
    assert 16 <= len(kept) < 40

    with pytest.raises(OutputError, match="was broken off") as refused:
        bench(remote_plan)
    assert "--resume" in str(refused.value.tip)

    result = bench(_resumed(remote_plan))
    measured = [time for run in result.runs for time in run.samples_ms.end_to_end]
    assert [len(run.samples_ms) for run in result.runs] == [20, 20]
    assert set(kept) <= set(measured)
    assert not list(remote_plan.output.parent.glob(".*.jsonl"))
    assert BenchResult.load(remote_plan.output / "bench.json") == result
    assert result.plan.device == "ssh"
    # Once more: it is there already.
    assert bench(_resumed(remote_plan)) == result


def test_a_journal_of_another_plan_is_not_mixed_in(remote_plan: BenchmarkPlan, sshd: Sshd) -> None:
    with pytest.raises(DeviceError):
        bench(remote_plan, progress=CutOff(sshd))
    other = dataclasses.replace(_resumed(remote_plan), seed=1)
    with pytest.raises(DataError, match="of another benchmark: plan was"):
        bench(other)


def test_several_devices_at_once(remote_plan: BenchmarkPlan, sshd: Sshd) -> None:
    devices = [parse_address(text) for text in ("local", sshd.address, "ssh://absent.invalid")]
    outcomes = bench_each(remote_plan, devices, progress=lambda label: Silence())
    assert [outcome.result is not None for outcome in outcomes] == [True, True, False]
    assert "no host of that name" in str(outcomes[2].error)
    folders = sorted(entry.name for entry in remote_plan.output.iterdir())
    assert folders == sorted(device.label for device in devices[:2])


def _resumed(plan: BenchmarkPlan) -> BenchmarkPlan:
    return dataclasses.replace(plan, resume=True)
