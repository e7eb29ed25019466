"""Which phone is meant, and what is said when it cannot be used; `adb` is a script that prints what adb prints."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.benchmarks.devices.adb.client import attached, choose, find_adb
from edgesmith.runtime.errors import DeviceError

Speaking = Callable[..., str]


@pytest.fixture
def adb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Speaking:
    """Puts an `adb` on PATH whose `devices` prints these lines; its path."""

    def write(*lines: str, code: int = 0, stderr: str = "") -> str:
        (tmp_path / "said").write_text("\n".join(["List of devices attached", *lines, ""]))
        file = tmp_path / "adb"
        file.write_text(f"#!/bin/sh\ncat {tmp_path}/said\necho '{stderr}' >&2\nexit {code}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return find_adb()

    return write


def test_no_adb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="there is no adb here") as caught:
        find_adb()
    assert caught.value.tip == "sudo apt install adb"


def test_a_server_that_cannot_be_reached(adb: Speaking) -> None:
    program = adb(code=1, stderr="error: cannot connect to daemon")
    with pytest.raises(DeviceError, match="its server cannot be reached: error: cannot connect") as caught:
        attached(program)
    assert "kill-server" in str(caught.value.tip)


@pytest.mark.parametrize(
    ("line", "problem", "advice"),
    [
        ("PHONE1\tunauthorized", "does not trust this computer", "accept 'Allow USB debugging?'"),
        ("PHONE1\tauthorizing", "is being asked", "unlock it"),
        ("PHONE1\toffline", "does not answer", "plug it in again"),
        (
            "PHONE1\tno permissions (user in plugdev group; are your udev rules wrong?); see [http://…]",
            "may not open its USB port",
            "android-sdk-platform-tools-common",
        ),
        ("PHONE1\trecovery", "runs recovery, not Android", "adb reboot"),
        ("PHONE1\tbootloader", "runs bootloader, not Android", "adb reboot"),
    ],
    ids=lambda value: value.split("\t")[-1].split("(")[0].strip(),
)
def test_a_phone_that_is_not_ready(adb: Speaking, line: str, problem: str, advice: str) -> None:
    devices = attached(adb(line))
    for serial in ("PHONE1", None):
        with pytest.raises(DeviceError, match="adb:PHONE1: ") as caught:
            choose(devices, serial)
        assert problem in str(caught.value)
        assert advice in str(caught.value.tip)


def test_the_only_one_needs_no_name(adb: Speaking) -> None:
    devices = attached(adb("* daemon started successfully", "192.168.1.7:5555\tdevice product:x model:y"))
    assert choose(devices, None).serial == "192.168.1.7:5555"


def test_one_of_several_is_named(adb: Speaking) -> None:
    devices = attached(adb("PHONE1\toffline", "emulator-5554\tdevice"))
    assert choose(devices, "emulator-5554").serial == "emulator-5554"
    with pytest.raises(DeviceError, match="2 devices are connected") as caught:
        choose(devices, None)
    assert caught.value.tip == "name one: adb:PHONE1, adb:emulator-5554"


def test_a_serial_number_that_is_not_there(adb: Speaking) -> None:
    with pytest.raises(DeviceError, match="adb:OTHER: it is not connected; connected are adb:PHONE1"):
        choose(attached(adb("PHONE1\tdevice")), "OTHER")


def test_no_phone(adb: Speaking) -> None:
    with pytest.raises(DeviceError, match="no phone is connected") as caught:
        choose(attached(adb()), None)
    assert "USB debugging" in str(caught.value.tip)
