import pytest

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.ssh.explain import explain
from edgesmith.benchmarks.devices.ssh.host import host_of

# As OpenSSH 9.2 says it.
SAID = {
    "Host key verification failed.": "not known here yet",
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.": "another machine answers",
    "pi@host: Permission denied (publickey,password).": "does not accept any key",
    "Received disconnect from 10.0.0.7 port 22:2: Too many authentication failures": "too many keys",
    "ssh: Could not resolve hostname nowhere: Name or service not known": "no host of that name",
    "ssh: connect to host 10.0.0.7 port 22: Connection refused": "nothing answers on that port",
    "ssh: connect to host 10.0.0.7 port 22: Connection timed out": "no answer in time",
    "Connection timed out during banner exchange": "no answer in time",
    "ssh: connect to host 10.0.0.7 port 22: No route to host": "no route to it",
    "ssh: connect to host 10.0.0.7 port 22: Network is unreachable": "no network that leads there",
}


@pytest.mark.parametrize("said", SAID, ids=SAID.values())
def test_each_failure_has_its_own_words_and_a_tip(said: str) -> None:
    error = explain(host_of(parse_address("ssh://pi@host")), said, connected=False)
    assert str(error).startswith("ssh://pi@host: ")
    assert SAID[said] in str(error)
    assert error.tip


def test_what_is_not_known_is_quoted() -> None:
    error = explain(
        host_of(parse_address("ssh://pi@host")), "first\nBad owner or permissions on config", connected=False
    )
    assert "Bad owner or permissions on config" in str(error)
    assert error.tip == "`ssh -v ssh://pi@host` says more"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ssh://pi@host", "host;"),
        ("ssh://pi@host:22", "host;"),
        ("ssh://host:2222", "'[host]:2222';"),
        ("ssh://pi@[::1]:2222", "'[::1]:2222';"),
    ],
    ids=["no port", "port 22", "another port", "IPv6"],
)
def test_the_tip_names_the_entry_of_known_hosts(address: str, name: str) -> None:
    said = "REMOTE HOST IDENTIFICATION HAS CHANGED"
    tip = str(explain(host_of(parse_address(address)), said, connected=False).tip)
    assert f"ssh-keygen -R {name}" in tip


def test_once_connected_it_is_lost() -> None:
    error = explain(
        host_of(parse_address("ssh://pi@host")), "client_loop: send disconnect: Broken pipe", connected=True
    )
    assert "the connection was lost (client_loop: send disconnect: Broken pipe)" in str(error)
