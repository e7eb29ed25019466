"""OpenSSH's words, and what they mean for the user."""

from urllib.parse import urlsplit

from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.runtime.errors import DeviceError

CONNECTION_FAILED = 255  # ssh(1), EXIT STATUS: an error occurred; all else is the remote command's own status
_SHOWN_LINES = 3

# What ssh says (OpenSSH 9.2, sshconnect.c, sshconnect2.c, packet.c), the problem, what to do. The first that is
# found counts, so the particular come before the general. {name} is the device as it was given.
_MEANINGS = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its host key is not the one that known_hosts has: another machine answers, or it was set up anew",
        "if it was set up anew: ssh-keygen -R {host}; then connect once by hand and compare the fingerprint",
    ),
    (
        "Host key verification failed",
        "its host key is not known here yet",
        "connect once by hand (ssh {name}), compare the fingerprint, and answer yes",
    ),
    (
        "Too many authentication failures",
        "it was offered too many keys before the right one",
        "name the key in ~/.ssh/config: IdentityFile and IdentitiesOnly yes",
    ),
    (
        "Permission denied",
        "it does not accept any key of this user; passwords are not asked for",
        "ssh-copy-id, with the same user and port, puts your key there",
    ),
    (
        "Could not resolve hostname",
        "there is no host of that name",
        "check the name, or give its address",
    ),
    (
        "Connection refused",
        "nothing answers on that port",
        "on the device: sudo systemctl enable --now ssh; or give the right port, ssh://user@host:port",
    ),
    (
        "timed out",
        "it cannot be reached: no answer in time",
        "is it switched on, and in this network?",
    ),
    (
        "No route to host",
        "it cannot be reached: there is no route to it",
        "is it switched on, and in this network?",
    ),
    (
        "Network is unreachable",
        "it cannot be reached: this machine has no network that leads there",
        "check this machine's own network",
    ),
)
_LOST = "the connection was lost"


def explain(address: DeviceAddress, said: str, *, connected: bool) -> DeviceError:
    """The error for what ssh said. `connected`: whether it had been reached before."""
    if connected:
        return DeviceError(
            f"{address.text}: {_LOST}{_quoted(said)}",
            tip="check its power and its network",
        )
    for words, problem, advice in _MEANINGS:
        if words in said:
            tip = advice.format(name=address.text, host=_known_hosts_name(address))
            return DeviceError(f"{address.text}: {problem}", tip=tip)
    return DeviceError(
        f"{address.text}: ssh could not connect{_quoted(said)}", tip=f"`ssh -v {address.text}` says more"
    )


def _quoted(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()][-_SHOWN_LINES:]
    return f" ({'; '.join(lines)})" if lines else ""


def _known_hosts_name(address: DeviceAddress) -> str:
    """As known_hosts has it: `[host]:port` for a port of its own (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    parts = urlsplit(address.text)
    return str(parts.hostname) if parts.port in (None, 22) else f"'[{parts.hostname}]:{parts.port}'"
