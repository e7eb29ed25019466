"""A phone from its address to a worker; and every reason why there is none."""

import json
import sys
from pathlib import Path

import pytest
from tests.benchmarks.devices.adbd import Phone, Server
from tests.benchmarks.devices.android import install_termux, install_tool

from edgesmith.benchmarks.devices.adb.missing import OnlyBenchmarkModelError
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.opening import open_device
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import DeviceError
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

ADDRESS = parse_address("adb:PHONE1")
FACTS = {
    "python": [3, 12], "system": "Linux", "machine": "aarch64", "bits": 64,
    "libc": ["", ""], "modules": ["numpy", "PIL"], "folder": "/nowhere", "android": True,
}  # fmt: skip


def _refuse(needs: Needs) -> DeviceError:
    with pytest.raises(DeviceError) as caught, open_device(ADDRESS, needs):
        pytest.fail("opened")
    assert caught.value.tip
    assert "adb:PHONE1" in str(caught.value)
    return caught.value


def _python_that_says(phone: Phone, facts: dict[str, object]) -> None:
    """A Python of Termux that runs, and then says that of itself."""
    program = phone.root / "python3"
    program.write_text(
        f"#!/bin/sh\ncase $2 in *print\\(1\\)) echo 1;; *) echo '{json.dumps(facts)}';; esac\n"
    )
    program.chmod(0o755)
    install_termux(phone, debuggable=True, python=str(program))


def test_a_worker_of_termux_knows_the_phone(
    adb_server: Server, phone: Phone, models: tuple[Path, Path]
) -> None:
    install_termux(phone, debuggable=True)
    with open_device(ADDRESS, Needs(formats=("onnx",))) as device:
        places = device.place([models[0]], Silence())
        assert Path(places[models[0]]).read_bytes() == models[0].read_bytes()
        assert places[models[0]].startswith(f"{phone.root}/data/data/com.termux/files/home/.cache/")
        with device.start_worker("colours") as worker:
            environment = worker.ask(messages.ReadEnvironment(), Environment)
            assert (environment.board, environment.os) == ("Google Pixel 8", "Android 15 (API 35, arm64-v8a)")
            state = worker.ask(messages.ReadState(), State)
            assert state.throttled_flags == 0
            running = phone.running()
            assert len(running) == 1
    running[0].wait(timeout=20)


def test_no_python_and_no_tool(adb_server: Server, phone: Phone) -> None:
    install_termux(phone, debuggable=False)
    error = _refuse(Needs(formats=("tflite",)))
    assert "no Python can be run there" in str(error)
    assert "there is no /data/local/tmp/benchmark_model" in str(error)
    assert "pkg install python openssh, then sshd" in str(error.tip)
    assert adb_server.forwards == []


def test_a_remote_python_that_is_not_there(adb_server: Server) -> None:
    error = _refuse(Needs(formats=("tflite",), remote_python="/data/local/tmp/python3"))
    assert "no '/data/local/tmp/python3' can be run there" in str(error)


def test_only_the_tool(adb_server: Server, phone: Phone) -> None:
    install_tool(phone)
    assert isinstance(_refuse(Needs(formats=("onnx", "tflite"))), OnlyBenchmarkModelError)
    assert not isinstance(_refuse(Needs(formats=("onnx",))), OnlyBenchmarkModelError)


def test_missing_packages_come_from_termux(adb_server: Server, phone: Phone) -> None:
    _python_that_says(phone, FACTS)
    error = _refuse(Needs(formats=("tflite",)))
    assert "lacks an engine for .tflite files" in str(error)
    assert "pkg install python-numpy python-pillow python-tflite-runtime" in str(error.tip)
    assert "--install" not in str(error.tip)


def test_pip_is_not_tried_on_android(adb_server: Server, phone: Phone) -> None:
    _python_that_says(phone, FACTS)
    error = _refuse(Needs(formats=("tflite",), install=True))
    assert "pip has no engine for Android" in str(error)
    assert "without --install" in str(error.tip)


def test_a_full_phone(adb_server: Server, phone: Phone) -> None:
    program = phone.root / "python3"
    # 512-byte blocks (POSIX, ulimit): the first file that is larger fails as on a full disk.
    program.write_text(f'#!/bin/sh\nulimit -f 8; exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    install_termux(phone, debuggable=True, python=str(program))
    error = _refuse(Needs(formats=("onnx",)))
    assert "cannot store files in" in str(error)
    assert "make room on the device" in str(error.tip)
