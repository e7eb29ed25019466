import ipaddress
import socket
from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.web.addresses import addresses_of, in_url, network_addresses


@pytest.mark.parametrize("host", [None, "localhost", "127.0.0.1"], ids=str)
def test_this_machine_alone(host: str | None) -> None:
    found = addresses_of(host)
    assert found.bind == "127.0.0.1"
    assert found.loopback
    assert {"localhost", "127.0.0.1"} == set(found.names)


def test_every_network() -> None:
    found = addresses_of("0.0.0.0")
    assert found.bind == "0.0.0.0"
    assert not found.loopback
    assert found.names[: len(network_addresses())] == network_addresses(), "phones cannot use the others"
    assert {"localhost", "127.0.0.1", "::1", socket.gethostname().lower()} <= set(found.names)


def test_one_address_is_not_called_localhost() -> None:
    assert addresses_of("192.0.2.7").names == ("192.0.2.7",)


def test_names_of_a_proxy_come_last_and_in_lower_case() -> None:
    assert addresses_of(None, more_names=("Flowers.Example",)).names[-1] == "flowers.example"


def test_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:  # what a resolver says; asked for real, the test would need one
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(OptionError, match=r"no-such-host\.invalid' is no address of this machine") as raised:
        addresses_of("no-such-host.invalid")
    assert "0.0.0.0" in str(raised.value.tip)


def test_network_addresses_are_no_loopback() -> None:
    assert not any(ipaddress.ip_address(address).is_loopback for address in network_addresses())


def test_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo")])
    monkeypatch.setattr("edgesmith.runtime.web.addresses._default_route_address", lambda: None)
    assert network_addresses() == ()


@pytest.mark.parametrize(
    ("name", "shown"), [("::1", "[::1]"), ("10.0.0.1", "10.0.0.1"), ("pi.local", "pi.local")]
)
def test_in_url(name: str, shown: str) -> None:
    assert in_url(name) == shown


def test_a_name_in_other_letters_is_as_browsers_send_it() -> None:
    assert (
        addresses_of(None, more_names=("blumen-gärtner.example",)).names[-1]
        == "xn--blumen-grtner-ifb.example"
    )


@pytest.mark.parametrize("name", ["a..b", "x" * 64, "", "*", "a b", "http://a", "a/b"])
def test_no_name(name: str) -> None:
    with pytest.raises(OptionError, match="is no host name"):
        addresses_of(None, more_names=(name,))
