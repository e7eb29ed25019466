import os
import socket
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.benchmarks.devices.sshd import Sshd, make_key

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.remote.shell import run, start
from edgesmith.benchmarks.devices.ssh import connection as module
from edgesmith.benchmarks.devices.ssh.connection import Connection, sshd_of
from edgesmith.benchmarks.devices.ssh.host import host_of
from edgesmith.runtime.errors import DeviceError


def _connect(address: str) -> Connection:
    return Connection(host_of(parse_address(address)))


def test_commands_share_the_connection_and_keep_their_exit_code(sshd: Sshd) -> None:
    with _connect(sshd.address) as connection:
        done = run(connection, "cat; echo aside >&2; exit 7", stdin=b"hello")
        assert (done.returncode, done.stdout, done.stderr) == (7, "hello", "aside\n")
    assert _logins(sshd) == 1


def _logins(sshd: Sshd) -> int:
    return (sshd.folder / "log").read_text().count("Accepted publickey")


def test_more_commands_at_once_than_the_server_gives_sessions(sshd: Sshd) -> None:
    """The stand-in gives 4 (MaxSessions); Debian's sshd 10, and a benchmark of 12 files has 13 workers."""
    with _connect(sshd.address) as connection, tempfile.TemporaryFile() as stderr, ExitStack() as stack:
        processes = [
            stack.enter_context(start(connection, f"echo {number}; exec cat", stderr=stderr))
            for number in range(6)
        ]
        for number, process in enumerate(processes):
            assert process.stdout is not None
            assert process.stdout.readline() == b"%d\n" % number
        assert _logins(sshd) == 4  # the shared one with 3 commands, and 3 inside it
        connection.__exit__(None, None, None)
        for process in processes:
            assert process.wait(timeout=20) == 255


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (["10.0.0.1", "5000", "10.0.0.7", "22"], "10.0.0.7:22"),
        (["::1", "5000", "::1", "2222"], "[::1]:2222"),
        ([], None),
        (["a", "1", "10.0.0.7", "22;id"], None),
        (["a", "1", "$(id)", "22"], None),
    ],
    ids=["IPv4", "IPv6", "nothing", "no port", "no address"],
)
def test_what_the_device_says_of_the_connection_is_checked(told: list[str], place: str | None) -> None:
    assert sshd_of(told) == place


def test_a_wrong_key_is_told_apart(sshd: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    sshd.identify_with(tmp_path / "other")
    with pytest.raises(DeviceError, match="does not accept any key") as caught, _connect(sshd.address):
        pytest.fail("connected")
    assert "ssh-copy-id" in str(caught.value.tip)


def test_an_unknown_host_key(sshd: Sshd) -> None:
    (sshd.folder / "known_hosts").write_text("")
    with pytest.raises(DeviceError, match="not known here yet") as caught, _connect(sshd.address):
        pytest.fail("connected")
    assert f"ssh {sshd.address}" in str(caught.value.tip)


def test_another_host_key_than_the_known_one(sshd: Sshd, tmp_path: Path) -> None:
    sshd.trust(make_key(tmp_path / "other"))
    with pytest.raises(DeviceError, match="another machine answers") as caught, _connect(sshd.address):
        pytest.fail("connected")
    assert f"ssh-keygen -R '[127.0.0.1]:{sshd.port}'" in str(caught.value.tip)


def test_a_port_where_nobody_listens(sshd: Sshd) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        pytest.raises(DeviceError, match="nothing answers on that port"),
        _connect(f"ssh://127.0.0.1:{port}"),
    ):
        pytest.fail("connected")


def test_a_host_that_does_not_answer(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module._OPTIONS, "ConnectTimeout", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and never says a word
        address = f"ssh://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(DeviceError, match="no answer in time"), _connect(address):
            pytest.fail("connected")


def test_a_name_that_does_not_exist(sshd: Sshd) -> None:
    with pytest.raises(DeviceError, match="no host of that name"), _connect("ssh://absent.invalid"):
        pytest.fail("connected")


def test_no_ssh_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="there is no ssh here") as caught, _connect("ssh://pi"):
        pytest.fail("connected")
    assert "openssh-client" in str(caught.value.tip)


def test_a_connection_that_dies_is_told_from_a_command_that_fails(sshd: Sshd, tmp_path: Path) -> None:
    with _connect(sshd.address) as connection, (tmp_path / "err").open("wb") as stderr:
        with start(connection, "echo begun; exec cat", stderr=stderr) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            sshd.drop_connections()
            code = process.wait()
        lost = connection.diagnose(code, "")
        assert isinstance(lost, DeviceError)
        assert "the connection was lost" in str(lost)
        with pytest.raises(DeviceError, match="the connection was lost"):
            run(connection, "echo a new connection")


def test_what_runs_there_ends_with_the_connection(sshd: Sshd, tmp_path: Path) -> None:
    with _connect(sshd.address) as connection, (tmp_path / "err").open("wb") as stderr:
        process = start(connection, f"echo $$ > {tmp_path}/pid; exec cat > /dev/null", stderr=stderr)
        end = time.monotonic() + 10
        while not (tmp_path / "pid").exists() and time.monotonic() < end:
            time.sleep(0.05)
    pid = int((tmp_path / "pid").read_text())
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("name", ["a b", "a%h", 'a"b', "a${HOME}"])
def test_a_temporary_folder_whose_name_ssh_would_take_apart(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outer:
        monkeypatch.setattr(tempfile, "tempdir", f"{outer}/{name}")
        Path(outer, name).mkdir()
        with _connect(sshd.address) as connection:
            assert run(connection, "echo here").stdout == "here\n"


def test_a_greeting_of_any_bytes_is_passed_over(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nprintf '\\351t\\351\\n'\necho edgesmith-ready\nexec cat\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with _connect("ssh://pi") as connection:
        assert connection.command("true")


def test_a_long_temporary_folder_is_not_used_for_the_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = module._short_folder()
    assert len(str(folder)) <= 70
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    folder.rmdir()
    assert list(long.iterdir()) == []


def test_a_login_that_waits_for_input_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\necho Which terminal?\nexec sleep 60\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(module, "LOGIN_SECONDS", 0.5)
    with pytest.raises(DeviceError, match=r"not through after 0\.5 seconds"), _connect("ssh://pi@board"):
        pytest.fail("connected")
