"""Debian's adb and the stand-in of its server."""

from pathlib import Path

import pytest
from tests.benchmarks.devices.adbd import Phone as StandIn
from tests.benchmarks.devices.adbd import Server
from tests.benchmarks.devices.android import install_termux

from edgesmith.benchmarks.devices.adb.client import Attached
from edgesmith.benchmarks.devices.adb.phone import AdbShell, Phone, find_phone
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.remote.shell import run, start
from edgesmith.runtime.errors import DeviceError


def _find(text: str = "adb:PHONE1") -> Phone:
    return find_phone(parse_address(text))


def _shell() -> AdbShell:
    return AdbShell(phone=_find())


def test_commands_keep_their_streams_and_exit_code(adb_server: Server) -> None:
    done = run(_shell(), "cat; echo aside >&2; exit 7", stdin=b"hello \x03~.\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "hello \x03~.\n", "aside\n")


def test_the_only_phone_is_found_without_its_serial_number(adb_server: Server) -> None:
    assert _find("adb").name == "adb:PHONE1"


def test_an_unauthorized_one(adb_server: Server, phone: StandIn) -> None:
    phone.state = "unauthorized"
    with pytest.raises(DeviceError, match="does not trust this computer"):
        _find()


def test_an_adb_without_exit_codes(adb_server: Server, phone: StandIn) -> None:
    phone.features = "cmd"
    with pytest.raises(DeviceError, match="has no exit codes") as caught:
        _find()
    assert "Android 7" in str(caught.value.tip)


def test_a_cable_that_is_pulled_is_told_from_a_command_that_ends(
    adb_server: Server, phone: StandIn, tmp_path: Path
) -> None:
    shell = _shell()
    with (
        (tmp_path / "err").open("wb") as stderr,
        start(shell, "echo begun; exec cat", stderr=stderr) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        phone.unplug()
        # What makes the question necessary: adb 29 itself calls it a success.
        assert process.wait() == 0
    lost = shell.diagnose(0, "")
    assert "adb:PHONE1: the connection was lost" in str(lost)
    assert "cable" in str(getattr(lost, "tip", None))
    with pytest.raises(DeviceError, match="the connection was lost"):
        run(shell, "echo later")


def test_a_phone_that_was_away_is_lost_although_it_is_back(adb_server: Server, phone: StandIn) -> None:
    shell = _shell()
    phone.unplug()
    phone.plug()
    with pytest.raises(DeviceError, match="the connection was lost"):
        run(shell, "echo later")
    assert run(_shell(), "echo again").stdout == "again\n"


def test_an_adb_that_does_not_number_connections() -> None:
    assert Attached(serial="PHONE1", state="device").selector == ("-s", "PHONE1")


def test_becoming_an_app(adb_server: Server, phone: StandIn) -> None:
    install_termux(phone, debuggable=True)
    app = AdbShell(phone=_find(), package="com.termux", before="export A='b c'")
    assert run(app, 'echo "$IS_TERMUX $A"').stdout == "1 b c\n"
    install_termux(phone, debuggable=False)
    assert "not debuggable" in run(app, "true").stderr


def test_a_forward_is_taken_back(adb_server: Server) -> None:
    with _find().forward(8022) as port:
        assert adb_server.forwards == [port]
    assert adb_server.forwards == []
