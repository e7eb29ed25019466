"""The ways to a Python on a phone."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.benchmarks.devices.adbd import Phone, Server
from tests.benchmarks.devices.android import TERMUX_PYTHON, install_termux
from tests.benchmarks.devices.sshd import Sshd, make_key

from edgesmith.benchmarks.devices.adb.phone import find_phone
from edgesmith.benchmarks.devices.adb.python import find_python
from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.remote.shell import run
from edgesmith.runtime.errors import DeviceError


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def _version(stack: ExitStack, wanted: str | None = None) -> str | None:
    found = find_python(find_phone(parse_address("adb")), wanted, stack)
    if found is None:
        return None
    shell, python = found
    return run(shell, f"{python} --version; echo $XDG_CACHE_HOME").stdout


def test_a_debuggable_termux(adb_server: Server, phone: Phone, stack: ExitStack) -> None:
    install_termux(phone, debuggable=True)
    assert str(_version(stack)).startswith("Python 3")
    assert adb_server.forwards == []


def test_a_rooted_phone(adb_server: Server, phone: Phone, stack: ExitStack) -> None:
    phone.install(TERMUX_PYTHON, f'exec {sys.executable} "$@"')
    assert str(_version(stack)).endswith(f"{phone.root}/data/local/tmp\n")


def test_a_python_that_adb_may_run(adb_server: Server, phone: Phone, stack: ExitStack) -> None:
    phone.install("/data/local/tmp/python/bin/python3", f'exec {sys.executable} "$@"')
    assert str(_version(stack, "/data/local/tmp/python/bin/python3")).startswith("Python 3")


def test_the_ssh_server_of_any_termux(adb_server: Server, phone: Phone, stack: ExitStack, sshd: Sshd) -> None:
    install_termux(phone, debuggable=False)
    phone.port_8022 = sshd.port
    (sshd.folder / "known_hosts").write_text("")
    assert str(_version(stack)).endswith(f"{sshd.cache}\n")
    assert (sshd.folder / "known_hosts").read_text().startswith("adb-phone1 ")


def test_an_ssh_server_that_does_not_know_this_user(
    adb_server: Server, phone: Phone, stack: ExitStack, sshd: Sshd
) -> None:
    phone.port_8022 = sshd.port
    make_key(sshd.folder / "other")
    sshd.identify_with(sshd.folder / "other")
    with pytest.raises(DeviceError, match="adb:PHONE1: it does not accept any key") as caught:
        _version(stack)
    assert "adb -s PHONE1 forward tcp:8022 tcp:8022 && ssh-copy-id -p 8022" in str(caught.value.tip)


def test_another_termux_than_the_known_one(
    adb_server: Server, phone: Phone, stack: ExitStack, sshd: Sshd
) -> None:
    phone.port_8022 = sshd.port
    key = make_key(sshd.folder / "other").read_text().split()[:2]
    (sshd.folder / "known_hosts").write_text(f"adb-phone1 {' '.join(key)}\n")
    with pytest.raises(DeviceError, match="another machine answers") as caught:
        _version(stack)
    assert "ssh-keygen -R adb-phone1" in str(caught.value.tip)


def test_no_way(adb_server: Server, phone: Phone, stack: ExitStack) -> None:
    install_termux(phone, debuggable=False)
    assert _version(stack) is None
    stack.close()
    assert adb_server.forwards == []
