import os
from pathlib import Path

import pytest

from edgesmith.runtime import cpu

X86 = "processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu sse2 avx2 {extra}\nbugs\t\t: spectre\n"
ARM = "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd {extra}\nCPU part\t: 0xd0b\n"


def _cpuinfo(folder: Path, text: str) -> Path:
    file = folder / "cpuinfo"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(X86.format(extra="avx512_vnni"), {"fpu", "sse2", "avx2", "avx512_vnni"}, id="x86"),
        pytest.param(ARM.format(extra="asimddp"), {"fp", "asimd", "asimddp"}, id="arm64"),
        pytest.param("processor : 0\nhart : 1\nisa : rv64\n", set(), id="another"),
        pytest.param("", set(), id="empty"),
    ],
)
def test_feature_words(text: str, words: set[str], tmp_path: Path) -> None:
    assert cpu.features(_cpuinfo(tmp_path, text)) == words


def test_only_the_first_core_counts(tmp_path: Path) -> None:
    assert cpu.features(_cpuinfo(tmp_path, "flags : a\n\nflags : b\n")) == {"a"}


def test_no_cpuinfo_no_features(tmp_path: Path) -> None:
    assert cpu.features(tmp_path / "absent") == frozenset()


def test_bytes_that_are_no_text_are_read_over(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_bytes(b"model name : \xff\xfe\nflags : avx2\n")
    assert cpu.features(file) == {"avx2"}


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", True),
        ("AMD64", True),
        ("i686", True),
        ("aarch64", False),
        ("armv7l", False),
        ("riscv64", False),
    ],
)
def test_is_x86(machine: str, expected: bool) -> None:
    assert cpu.is_x86(machine) is expected


@pytest.mark.parametrize(
    ("machine", "words", "expected"),
    [
        pytest.param("x86_64", {"avx2"}, True, id="x86 without VNNI"),
        pytest.param("x86_64", {"avx2", "avx512_vnni"}, False, id="x86 with AVX-512 VNNI"),
        pytest.param("x86_64", {"avx2", "avx_vnni"}, False, id="x86 with AVX VNNI"),
        pytest.param("x86_64", set(), True, id="x86 that says nothing"),
        pytest.param("aarch64", {"asimd"}, False, id="arm64"),
        pytest.param("armv7l", set(), False, id="arm32"),
    ],
)
def test_where_int8_products_saturate(machine: str, words: set[str], expected: bool) -> None:
    assert cpu.saturates_int8(machine, frozenset(words)) is expected


def test_this_machine_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(cpu, "features", lambda: frozenset({"avx_vnni"}))
    assert not cpu.saturates_int8()
    monkeypatch.setattr(cpu, "features", lambda: frozenset({"avx"}))
    assert cpu.saturates_int8()


def test_cores_are_those_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert cpu.usable_cores() == 3


@pytest.mark.parametrize(("count", "expected"), [(6, 6), (None, 1)], ids=["counted", "unknown"])
def test_cores_where_affinity_is_unknown(
    count: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert cpu.usable_cores() == expected
