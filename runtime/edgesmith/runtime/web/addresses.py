"""By which names and addresses a server on this machine can be called."""

import fcntl
import ipaddress
import re
import socket
import struct
from dataclasses import dataclass

from edgesmith.runtime.errors import OptionError

LOOPBACK_NAMES = ("localhost", "127.0.0.1")
_NAME = re.compile(r"[a-z0-9._:-]+")
_SIOCGIFADDR = 0x8915  # linux/sockios.h: the IPv4 address of an interface
_IFREQ_BYTES, _NAME_BYTES, _ADDRESS = 256, 15, slice(20, 24)  # struct ifreq: name, then sockaddr_in

# TEST-NET-1 (RFC 5737): nothing is sent to it; the kernel only says from which address it would be.
_ANYWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """`bind`: the IP address to listen on. `names`: host names and IP addresses to call it by, the best first."""

    bind: str
    names: tuple[str, ...]

    @property
    def loopback(self) -> bool:
        """Whether this machine alone can reach it."""
        return ipaddress.ip_address(self.bind).is_loopback


def addresses_of(host: str | None, *, more_names: tuple[str, ...] = ()) -> Addresses:
    """Where `--host` listens: None is this machine alone, `0.0.0.0` every network, else a name or address of it.

    `more_names`: further names that lead here, by a reverse proxy, say. Raises `OptionError` for a host that is not
    known, or a name that is none.
    """
    more_names = tuple(_ascii(name) for name in more_names)
    if host is None:
        return Addresses(bind="127.0.0.1", names=_unique(*LOOPBACK_NAMES, *more_names))
    bind = _ip_of(host)
    address = ipaddress.ip_address(bind)
    if address.is_unspecified:
        here = socket.gethostname()
        return Addresses(
            bind=bind,
            names=_unique(*network_addresses(), here, f"{here}.local", *LOOPBACK_NAMES, "::1", *more_names),
        )
    local = LOOPBACK_NAMES if bind == "127.0.0.1" else ("localhost",) if address.is_loopback else ()
    return Addresses(bind=bind, names=_unique(host, bind, *local, *more_names))


def network_addresses() -> tuple[str, ...]:
    """This machine's IPv4 addresses beside loopback, the one of the default route first; none without a network."""
    found = [_interface_address(name) for _, name in socket.if_nameindex()]
    addresses = [address for address in (_default_route_address(), *found) if address is not None]
    return _unique(*(address for address in addresses if not ipaddress.ip_address(address).is_loopback))


def in_url(name: str) -> str:
    """A host name or IP address as URLs and Host headers have it: IPv6 in brackets (RFC 3986, 3.2.2)."""
    return f"[{name}]" if ":" in name else name


def _ascii(name: str) -> str:
    """As browsers write it in Host headers, and certificates hold it (RFC 5890)."""
    try:
        ascii_name = name.encode("idna").decode().lower()
    except UnicodeError as error:
        raise _no_name(name) from error
    if not _NAME.fullmatch(ascii_name):
        raise _no_name(name)
    return ascii_name


def _no_name(name: str) -> OptionError:
    return OptionError(
        f"--allow-host {name!r} is no host name", tip="flowers.example.org, without http:// and port"
    )


def _ip_of(host: str) -> str:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OptionError(
            f"--host {host!r} is no address of this machine",
            tip="--host 0.0.0.0 listens on every network of this machine",
        ) from error
    # localhost is ::1 first on many machines, and 127.0.0.1 everywhere
    addresses = sorted((str(entry[4][0]) for entry in found), key=lambda address: ":" in address)
    return addresses[0]


def _default_route_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE)
        except OSError:  # no network
            return None
        return str(probe.getsockname()[0])


def _interface_address(name: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack(f"{_IFREQ_BYTES}s", name.encode()[:_NAME_BYTES])
        try:
            answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
        except OSError:  # an interface without an IPv4 address
            return None
    return socket.inet_ntoa(answer[_ADDRESS])


def _unique(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.lower() for name in names))
