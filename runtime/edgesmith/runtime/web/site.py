"""The place of a server: its socket, the names it is called by, and https wherever others can reach it."""

import socket
from dataclasses import dataclass
from types import TracebackType

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.web.addresses import Addresses, addresses_of, in_url
from edgesmith.runtime.web.certificate import CertificateFiles, certificate

_BACKLOG = 128
_PORTS = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A listening socket and what leads to it.

    `port`: also where any free one was asked for. `certificate`: None for http, which is for this machine alone.
    """

    listening: socket.socket
    port: int
    addresses: Addresses
    certificate: CertificateFiles | None

    def url(self, path: str = "/", *, name: str | None = None) -> str:
        """The whole address of `path`, by the best of the names unless one is given."""
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://{in_url(name or self.addresses.names[0])}:{self.port}{path}"

    def __enter__(self) -> "Site":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listening.close()


def open_site(host: str | None, port: int, *, more_names: tuple[str, ...] = ()) -> Site:
    """Listen on `host` as `addresses_of` reads it, and `port`, 0 for any free one.

    http on loopback, https elsewhere: browsers give a page camera, threads and fine timers only there. Raises
    `OptionError` for a port that is taken or not allowed, or a host that is not this machine's.
    """
    if not 0 <= port <= _PORTS:
        raise OptionError(f"--port {port}; 0 to {_PORTS} is allowed", tip="--port 0 takes any free one")
    addresses = addresses_of(host, more_names=more_names)
    family = socket.AF_INET6 if ":" in addresses.bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((addresses.bind, port))
        listening.listen(_BACKLOG)
        files = None if addresses.loopback else certificate(addresses.names)
    except OSError as error:
        listening.close()
        raise OptionError(
            f"cannot listen on {addresses.bind}, port {port}: {error.strerror}",
            tip="--port 0 takes any free port; ports below 1024 belong to the administrator",
        ) from error
    except BaseException:
        listening.close()
        raise
    return Site(listening=listening, port=listening.getsockname()[1], addresses=addresses, certificate=files)
