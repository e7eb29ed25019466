"""`--install`."""

import sys
from typing import Any

import pytest
from tests.benchmarks.devices.sshd import Sshd

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.environment import choose_extras, requirements_of
from edgesmith.benchmarks.devices.remote.facts import Facts
from edgesmith.benchmarks.devices.ssh.device import open_ssh
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import DeviceError
from edgesmith.runtime.machine.environment import Environment


def _facts(**changes: Any) -> Facts:
    fields: dict[str, Any] = {
        "python": (3, 11), "system": "Linux", "machine": "aarch64", "bits": 64,
        "libc": ("glibc", "2.36"), "modules": (), "folder": "/nowhere",
    } | changes  # fmt: skip
    return Facts(**fields)


@pytest.mark.parametrize(
    ("facts", "formats", "extras"),
    [
        (_facts(), ("onnx", "tflite"), ["onnx", "litert"]),
        (_facts(machine="armv7l", bits=32), ("tflite",), ["tflite"]),
        (_facts(bits=32), ("onnx", "tflite"), ["tflite"]),
    ],
    ids=["64 bits", "32 bits", "32 bits on a 64-bit kernel; ONNX Runtime has no wheel for it"],
)
def test_the_first_engine_with_a_wheel_there(facts: Facts, formats: Any, extras: list[str]) -> None:
    assert choose_extras(facts, Needs(formats=formats), name="ssh://pi") == extras


def test_every_engine_that_was_asked_for_and_has_a_wheel() -> None:
    needs = Needs(formats=("onnx", "tflite"), engines=("onnxruntime", "ai-edge-litert", "tflite-runtime"))
    assert choose_extras(_facts(), needs, name="ssh://pi") == ["onnx", "litert", "tflite"]


def test_an_engine_that_was_asked_for_and_has_no_wheel() -> None:
    needs = Needs(formats=("tflite",), engines=("ai-edge-litert",), install=True)
    with pytest.raises(DeviceError, match=r"pip has no ai-edge-litert for Python 3\.11 on Linux armv7l"):
        choose_extras(_facts(machine="armv7l", bits=32), needs, name="ssh://pi")


def test_what_is_installed_is_what_edgesmith_declares() -> None:
    found = requirements_of(["tflite"])
    assert {line.partition(">")[0].partition("<")[0].lower() for line in found} == {
        "numpy", "pillow", "tflite-runtime",
    }  # fmt: skip
    assert "numpy<2" in found


@pytest.mark.slow
def test_a_real_installation_is_made_once(sshd: Sshd) -> None:
    needs = Needs(formats=("onnx",), install=True, remote_python=sys.executable)
    marks = []
    for _ in range(2):
        with open_ssh(parse_address(sshd.address), needs) as device:
            with device.start_worker("the environment") as worker:
                environment = worker.ask(messages.ReadEnvironment(), Environment)
            assert set(environment.packages) == {"edgesmith", "numpy", "Pillow", "onnxruntime"}
        (mark,) = sshd.cache.glob("edgesmith/bench/venv-*/complete")
        marks.append(mark.stat().st_mtime_ns)
    assert marks[0] == marks[1]
