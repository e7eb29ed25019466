"""OpenSSH's words, and what they mean for the user."""

from edgesmith.benchmarks.devices.ssh.host import Host
from edgesmith.runtime.errors import DeviceError

CONNECTION_FAILED = 255  # ssh(1), EXIT STATUS: an error occurred; all else is the remote command's own status
_SHOWN_LINES = 3

# What ssh says (OpenSSH 9.2, sshconnect.c, sshconnect2.c, packet.c), the problem, what to do. The first that is
# found counts, so the particular come before the general. What stands in braces are fields of `Host`.
_MEANINGS = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its host key is not the one that known_hosts has: another machine answers, or it was set up anew",
        "if it was set up anew: ssh-keygen -R {known_as}; then connect once by hand and compare the fingerprint",
    ),
    (
        "Host key verification failed",
        "its host key is not known here yet",
        "connect once by hand (ssh {target}), compare the fingerprint, and answer yes",
    ),
    (
        "Too many authentication failures",
        "it was offered too many keys before the right one",
        "name the key in ~/.ssh/config: IdentityFile and IdentitiesOnly yes",
    ),
    (
        "Permission denied",
        "it does not accept any key of this user; passwords are not asked for",
        "{key_tip}",
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


def explain(host: Host, said: str, *, connected: bool) -> DeviceError:
    """The error for what ssh said. `connected`: whether it had been reached before."""
    if connected:
        return DeviceError(f"{host.name}: {_LOST}{_quoted(said)}", tip=host.lost_tip)
    for words, problem, advice in _MEANINGS:
        if words in said:
            tip = advice.format(target=host.target, known_as=host.known_as, key_tip=host.key_tip)
            return DeviceError(f"{host.name}: {problem}", tip=tip)
    return DeviceError(
        f"{host.name}: ssh could not connect{_quoted(said)}", tip=f"`ssh -v {host.target}` says more"
    )


def _quoted(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()][-_SHOWN_LINES:]
    return f" ({'; '.join(lines)})" if lines else ""
