import pytest

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.runtime.errors import OptionError


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("local", "local", "local"),
        ("ssh://raspberrypi.local", "ssh", "raspberrypi.local"),
        ("ssh://pi@10.0.0.7:2222/", "ssh", "pi-10.0.0.7-2222"),
        ("ssh://pi@[fe80::1%eth0]:22", "ssh", "pi-fe80--1-eth0-22"),
        ("ssh://alias_of_config", "ssh", "alias_of_config"),
        ("adb", "adb", "adb"),
        ("adb:8A1X0B2C", "adb", "adb-8A1X0B2C"),
        ("adb:192.168.1.7:5555", "adb", "adb-192.168.1.7-5555"),
    ],
    ids=[
        "local",
        "host",
        "user and port",
        "IPv6",
        "alias",
        "the only phone",
        "phone",
        "phone in the network",
    ],
)
def test_addresses(text: str, kind: str, label: str) -> None:
    address = parse_address(text)
    assert (address.kind, address.label, address.text) == (kind, label, text.rstrip("/"))


@pytest.mark.parametrize(
    "text",
    [
        "moon", "", "ssh://", "ssh:host", "ssh://-oProxyCommand=x", "ssh://-l@host", "ssh://pi@host:99999",
        "ssh://pi@host:x", "ssh://pi@host/folder", "ssh://a b", "ssh://$(id)@host", "ssh://host?x=1", "ssh://[::1", "ssh://[x]",
        "ssh://pi@ho\nst", "ssh://pi@host\t", "adb:", "adb:$(id)", "adb:-s",
    ],
    ids=repr,
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_known(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_address(text)
    assert "ssh://pi@raspberrypi.local" in str(caught.value.tip)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(OptionError, match="password") as caught:
        parse_address("ssh://pi:secret@host")
    assert "secret" not in str(caught.value)
