import platform
import sys

import pytest

from edgesmith.runtime.doctor.wheels import Platform, examine_wheels, read_table, this_platform


def _platform(
    machine: str, *, python: str = "3.11", libc: str | None = "2.36", system: str = "Linux"
) -> Platform:
    return Platform(system=system, machine=machine, python=python, libc=libc)


@pytest.mark.parametrize(
    ("here", "packages"),
    [
        pytest.param(_platform("aarch64"), ["ai-edge-litert", "onnxruntime", "tflite-runtime"], id="bookworm"),
        pytest.param(_platform("aarch64", python="3.13", libc="2.41"), ["ai-edge-litert", "onnxruntime"], id="trixie"),
        pytest.param(_platform("armv7l"), ["tflite-runtime"], id="32-bit bookworm"),
        pytest.param(_platform("aarch64", libc="2.31"), ["ai-edge-litert", "onnxruntime"], id="bullseye with Python 3.11"),
        pytest.param(_platform("aarch64", libc="2.27"), ["ai-edge-litert"], id="the oldest glibc"),
        pytest.param(_platform("arm64", libc=None, system="Darwin"), ["ai-edge-litert", "onnxruntime"], id="a Mac"),
    ],
)  # fmt: skip
def test_what_pip_finds(here: Platform, packages: list[str]) -> None:
    (found,) = examine_wheels(here, read_table())
    assert found.status == "ok"
    assert [
        package for package in ("ai-edge-litert", "onnxruntime", "tflite-runtime") if package in found.what
    ] == packages


@pytest.mark.parametrize(
    ("here", "advice"),
    [
        pytest.param(_platform("armv6l"), "a Pi Zero or 1 has none", id="a Pi Zero"),
        pytest.param(_platform("armv7l", python="3.13", libc="2.41"), "use Python 3.11", id="32-bit trixie"),
        pytest.param(_platform("armv7l", libc="2.31"), "glibc 2.34 or later", id="32-bit bullseye"),
        pytest.param(_platform("x86_64", libc=None), "glibc 2.17 or later", id="musl"),
    ],
)
def test_where_there_is_none(here: Platform, advice: str) -> None:
    (found,) = examine_wheels(here, read_table())
    assert (found.topic, found.status) == ("wheels", "problem")
    assert advice in str(found.advice)


def test_the_table_states_where_it_is_from() -> None:
    table = read_table()
    assert table.source
    assert len(table.read) == len("2026-01-01")
    assert len({(wheel.package, wheel.system, wheel.machine) for wheel in table.wheels}) == len(table.wheels)


@pytest.mark.parametrize(
    ("machine", "maxsize", "expected"),
    [("aarch64", 2**31 - 1, "armv7l"), ("aarch64", 2**63 - 1, "aarch64"), ("x86_64", 2**63 - 1, "x86_64")],
    ids=["32-bit Python on a 64-bit kernel", "64 bits", "x86"],
)
def test_the_machine_is_that_of_this_python(
    machine: str, maxsize: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(sys, "maxsize", maxsize)
    assert this_platform().machine == expected
