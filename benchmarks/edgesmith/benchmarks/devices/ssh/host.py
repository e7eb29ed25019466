"""Whom `ssh` connects with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from edgesmith.benchmarks.devices.address import DeviceAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """`name`: how messages call it. `target`: what `ssh` is called with. `known_as`: its entry in known_hosts.

    `options`: of ssh_config(5), beside those of every connection. `key_tip`, `lost_tip`: what to do when it accepts
    no key, and when the connection is lost.
    """

    name: str
    target: str
    known_as: str
    options: Mapping[str, str] = field(default_factory=dict)
    key_tip: str = "ssh-copy-id, with the same user and port, puts your key there"
    lost_tip: str = "check its power and its network"


def host_of(address: DeviceAddress) -> Host:
    """The host of `ssh://[user@]host[:port]`."""
    parts = urlsplit(address.text)
    # As known_hosts has it: `[host]:port` for a port of its own (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
    known_as = str(parts.hostname) if parts.port in (None, 22) else f"'[{parts.hostname}]:{parts.port}'"
    return Host(name=address.text, target=address.text, known_as=known_as)
