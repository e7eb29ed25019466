from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.doctor.finding import Status
from edgesmith.runtime.doctor.hardware import examine_memory, examine_processor
from edgesmith.runtime.machine.environment import Environment, read_environment


@pytest.mark.parametrize(
    ("board", "core", "dot"),
    [("pi3", "Cortex-A53", False), ("pi4", "Cortex-A72", False), ("pi5", "Cortex-A76", True)],
)
def test_raspberry_pis(board: str, core: str, dot: bool, pi: Callable[[str], Path]) -> None:
    processor, features, _ = examine_processor(read_environment(pi(board)))
    assert processor.what.startswith(core)
    assert f"Raspberry Pi {board[2]} Model B" in processor.what
    assert ("int8 dot product" in features.what and features.status == "ok") is dot
    assert (features.advice is None) is dot


@pytest.mark.parametrize(
    ("words", "architecture", "status", "mentioned"),
    [
        pytest.param(("avx2",), "x86_64", "note", "slower exact product", id="x86 without VNNI"),
        pytest.param(("avx2", "avx512_vnni"), "x86_64", "ok", "AVX-512 VNNI", id="x86 with VNNI"),
        pytest.param(("asimddp", "i8mm", "asimdhp"), "aarch64", "ok", "float16 arithmetic", id="a newer ARM"),
        pytest.param((), "riscv64", "note", "does not tell", id="told nothing"),
    ],
)
def test_features(
    words: tuple[str, ...],
    architecture: str,
    status: Status,
    mentioned: str,
    environment: Callable[..., Environment],
) -> None:
    _, found, _ = examine_processor(environment(cpu_features=words, architecture=architecture))
    assert found.status == status
    assert mentioned in f"{found.what} {found.advice}"


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (4, 4), (16, 4)])
def test_cores(cores: int, threads: int, environment: Callable[..., Environment]) -> None:
    *_, found = examine_processor(environment(cores=cores))
    assert found.what == f"{cores} usable; {threads} threads are the default"


@pytest.mark.parametrize(
    ("meminfo", "status", "what"),
    [
        ("MemTotal: 2048 kB\nMemAvailable: 1024 kB\n", "problem", "1 MiB of 2 MiB available"),
        ("MemTotal: 4096000 kB\nMemAvailable: 2048000 kB\n", "ok", "2,000 MiB of 4,000 MiB available"),
        ("MemTotal: 4096000 kB\n", "note", "the system does not tell how much there is"),
    ],
    ids=["little", "enough", "not told"],
)
def test_memory(meminfo: str, status: Status, what: str, tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text(meminfo)
    (found,) = examine_memory(tmp_path)
    assert (found.status, found.what) == (status, what)
