"""Instruction counts of real engines on emulated Pis. `make test-arm64` runs these."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks import BenchmarkPlan, count_instructions
from edgesmith.benchmarks.compare.counts import compare_counts
from edgesmith.benchmarks.devices.emulated import benchmark
from edgesmith.benchmarks.devices.emulated.bed import Bed
from edgesmith.benchmarks.devices.emulated.counts import CountsResult
from edgesmith.benchmarks.devices.emulated.emulator import find_emulator

pytestmark = pytest.mark.slow

Count = Callable[..., CountsResult]


@pytest.fixture
def count(bed: Bed, deploy: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    """Count one file on a board, in a process of its own."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc; `apt-get install gcc` brings it")
    monkeypatch.setattr(benchmark, "cache_folder", lambda kind: bed.folder)

    def run(file: str, board: str, output: str = "counts") -> CountsResult:
        return count_instructions(
            BenchmarkPlan(
                models=(deploy / file,),
                data=photos,
                output=tmp_path / f"{output}-{board}",
                device=f"emulated:{board}",
            )
        )

    return run


@pytest.mark.parametrize("file", ["colours-int8.tflite", "colours-float32.onnx"])
def test_two_processes_count_the_same(file: str, count: Count) -> None:
    found = compare_counts(count(file, "pi4", "first"), count(file, "pi4", "second"), max_more=0.1)
    assert [pair.verdict for pair in found.pairs] == ["same"]
    assert found.broken == ()


def test_only_a_pi_5_takes_dot_products_and_so_fewer_instructions(count: Count) -> None:
    older, newer = (count("colours-int8.tflite", board).runs[0].instructions for board in ("pi4", "pi5"))
    assert older.dot_product == 0
    assert newer.dot_product > 0
    assert newer.total < older.total


def test_where_qemu_loads_no_plugins_debians_is_fetched(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = tmp_path / "qemu-aarch64"
    without.write_text("#!/bin/sh\necho qemu-aarch64 version 10.0.13\n")  # as Debian 13's, to --help too
    without.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = find_emulator(bed)
    assert Path(found.command).is_relative_to(bed.folder)
    assert found.version[:2] == (7, 2)
