"""The whole chain on an emulated Raspberry Pi 4 behind a real sshd: cut off in the middle, and gone on with."""

import os
import time
from pathlib import Path

import pytest
from tests.arm64.bed import emulated, missing_requirement
from tests.benchmarks.devices.sshd import CutOff, Sshd

from edgesmith.benchmarks import BenchmarkPlan, bench
from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.plan import QUICK_SAMPLES, QUICK_SECONDS
from edgesmith.benchmarks.results import BenchResult
from edgesmith.cli import main
from edgesmith.runtime.errors import DeviceError

pytestmark = pytest.mark.slow

LONGEST_SECONDS = 90


@pytest.fixture
def python(request: pytest.FixtureRequest) -> Path:
    """The Python of the Pi."""
    reason = missing_requirement()
    if reason is not None:
        pytest.skip(f"emulated Pis: {reason}")
    return emulated(Bed(folder=request.config.cache.mkdir("arm64")), "pi4", "bookworm-arm64", "onnx").python


def test_cut_off_in_the_middle_and_gone_on_with_in_one_command(
    python: Path, sshd: Sshd, models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    plan = BenchmarkPlan(
        models=models[:1],
        data=pictures,
        output=tmp_path / "bench",
        device=sshd.address,
        remote_python=str(python),
        samples=QUICK_SAMPLES,
        seconds=QUICK_SECONDS,
    )
    started = time.monotonic()
    with pytest.raises(
        DeviceError, match=r"not finished: colours-float32\.onnx, 1 thread: \d+ of 50 samples"
    ):
        bench(plan, progress=CutOff(sshd))
    assert sshd.wait_for_no_workers() == []
    words = ["bench", str(models[0]), "--data", str(pictures), "--quick", "-o", str(plan.output), "--resume"]
    assert main([*words, "--device", sshd.address, "--remote-python", str(python)]) == 0
    seconds = time.monotonic() - started
    result = BenchResult.load(plan.output / "bench.json")
    assert result.environment.architecture == "aarch64"
    assert result.environment.cpu_model == "Cortex-A72"
    assert len(result.runs[0].samples_ms) >= QUICK_SAMPLES
    assert result.runs[0].accuracy is not None
    assert result.runs[0].accuracy.top1 == pytest.approx(6 / 7)
    assert (plan.output / "report.html").is_file()
    # Emulation is work for this machine: where others keep it busy, the time says nothing of edgesmith.
    if os.getloadavg()[0] <= (os.cpu_count() or 1):
        assert seconds < LONGEST_SECONDS
