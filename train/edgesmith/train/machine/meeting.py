"""Hosts that train together meet before JAX does: JAX ends the process, with a stack trace, where one is missing.

Host 0 listens at the coordinator's address, the others call. All compare what has to be equal, and stay
connected: a connection that breaks tells that a host is gone.
"""

import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from edgesmith.runtime.errors import EdgesmithError, OptionError
from edgesmith.train.machine.line import Line
from edgesmith.train.machine.messages import LineBrokenError, keep_alive, receive, send
from edgesmith.train.plan import MachinePlan

# Seconds that the first host to come waits for the last one: time to walk round and start them by hand.
PATIENCE = 300.0

_RETRY = 0.5  # seconds
_LEAST = 0.01  # seconds; 0 would not wait at all
_GREETING = "edgesmith.hosts/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """`index`: of this host among `hosts`. `lines`: by the index of the host at their other end.

    They lead from host 0 to all others, and from these to host 0 alone.
    """

    index: int
    hosts: int
    lines: dict[int, Line]

    def agree(self, values: dict[str, Any]) -> None:
        """Raise `OptionError` on every host unless all have the same `values`, of JSON, under the same names."""
        if self.index != 0:
            self._send(0, values)
            first, _ = self._receive(0)
            require_equal(first, values, other=self.index)
            return
        theirs = {index: self._receive(index)[0] for index in self.lines}
        for index in theirs:
            self._send(index, values)
        for index, other in theirs.items():
            require_equal(values, other, other=index)

    def hand_out(self, document: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """What host 0 gives, on every host; what the others give is not looked at."""
        if self.index != 0:
            return self._receive(0)
        for index in self.lines:
            self._send(index, document, body)
        return document, body

    def close(self) -> None:
        """Hang up."""
        for line in self.lines.values():
            line.close()

    def _send(self, index: int, header: dict[str, Any], body: bytes = b"") -> None:
        try:
            self.lines[index].send(header, body)
        except LineBrokenError as error:
            raise lost(index) from error

    def _receive(self, index: int) -> tuple[dict[str, Any], bytes]:
        try:
            return self.lines[index].receive()
        except LineBrokenError as error:
            raise lost(index) from error


def lost(index: int) -> EdgesmithError:
    """The error of the hosts that are left."""
    return EdgesmithError(
        f"host {index} is gone: it ended, or its network did",
        tip="its own last words tell why; start all hosts again, with --resume",
    )


def require_equal(first: dict[str, Any], second: dict[str, Any], *, other: int) -> None:
    """Raise `OptionError` naming the first of the values in which host 0 and host `other` differ."""
    for name, value in json.loads(json.dumps(first)).items():
        if value != json.loads(json.dumps(second)).get(name):
            raise OptionError(
                f"host 0 and host {other} differ in {name}: {value!r} and {second.get(name)!r}",
                tip="the same options, data and versions on every host; --host-index alone differs",
            )


def meet(plan: MachinePlan, *, say: Callable[[str], None], patience: float = PATIENCE) -> Meeting:
    """Wait until all hosts of `plan` are there, for `patience` seconds at most.

    Raises `EdgesmithError` when one does not come or host 0 is not to be reached, `OptionError` when the hosts
    do not agree on their number or two have one index.
    """
    index, hosts = plan.host_index or 0, plan.hosts or 1
    host, _, port = (plan.coordinator or "").rpartition(":")
    end = time.monotonic() + patience
    if index == 0:
        lines = _listen(host, int(port), hosts, end, patience, say)
    else:
        lines = {0: _call(host.strip("[]"), int(port), index, hosts, end, patience)}
    return Meeting(index=index, hosts=hosts, lines={other: Line(line) for other, line in lines.items()})


def _listen(
    host: str, port: int, hosts: int, end: float, patience: float, say: Callable[[str], None]
) -> dict[int, socket.socket]:
    lines: dict[int, socket.socket] = {}
    try:
        listener = socket.create_server(("", port))
    except OSError as error:
        raise OptionError(
            f"host 0 cannot listen on port {port}: {error.strerror or error}",
            tip="--coordinator with another port",
        ) from error
    with listener, ExitStack() as closing:
        say(f"host 0 waits for {hosts - 1} of {hosts} hosts at {host}:{port}")
        while len(lines) < hosts - 1:
            listener.settimeout(max(end - time.monotonic(), _LEAST))
            try:
                line = closing.enter_context(listener.accept()[0])
            except TimeoutError as error:
                raise _missing(hosts, lines, patience) from error
            line.settimeout(max(end - time.monotonic(), _LEAST))
            _admit(line, hosts, lines)
        for line in lines.values():
            keep_alive(line)
            send(line, {"welcome": _GREETING})
        closing.pop_all()
    return lines


def _admit(line: socket.socket, hosts: int, lines: dict[int, socket.socket]) -> None:
    """Add the line to `lines`, or refuse it with an error that all the other ends raise too."""
    try:
        header, _ = receive(line)
    except LineBrokenError:
        line.close()
        return  # a port scanner, or a host that was stopped at once
    index, count = header.get("index"), header.get("hosts")
    problem = None
    if header.get("greeting") != _GREETING:
        problem = (
            f"a caller of {header.get('greeting')!r} instead of {_GREETING!r}: other versions of edgesmith?"
        )
    elif count != hosts:
        problem = f"host {index} was started with --hosts {count}, host 0 with --hosts {hosts}"
    elif index in lines or not isinstance(index, int) or not 0 < index < hosts:
        problem = f"two hosts have --host-index {index}"
    if problem is None and isinstance(index, int):
        lines[index] = line
        return
    for each in (*lines.values(), line):
        send(each, {"problem": problem})
    raise _disagreement(str(problem))


def _call(host: str, port: int, index: int, hosts: int, end: float, patience: float) -> socket.socket:
    while True:
        try:
            line = socket.create_connection((host, port), timeout=max(end - time.monotonic(), _LEAST))
            break
        except OSError as error:
            if isinstance(error, socket.gaierror) or time.monotonic() + _RETRY >= end:
                raise EdgesmithError(
                    f"host 0 is not to be reached at {host}:{port} after {patience:.0f} s: {error.strerror or error}",
                    tip="is host 0 started, the address right on this host, and the port open there?",
                ) from error
            time.sleep(_RETRY)
    try:
        keep_alive(line)
        send(line, {"greeting": _GREETING, "index": index, "hosts": hosts})
        answer, _ = receive(line)
    except LineBrokenError as error:
        line.close()
        raise EdgesmithError(
            f"host 0 at {host}:{port} hung up: {error}", tip="what host 0 said last tells why"
        ) from error
    if "problem" in answer:
        line.close()
        raise _disagreement(str(answer["problem"]))
    return line


def _missing(hosts: int, lines: dict[int, socket.socket], patience: float) -> EdgesmithError:
    absent = [str(index) for index in range(1, hosts) if index not in lines]
    return EdgesmithError(
        f"{'hosts' if len(absent) > 1 else 'host'} {', '.join(absent)} of {hosts} did not come within {patience:.0f} s",
        tip="the same command on every host, with --host-index 0, 1 and so on",
    )


def _disagreement(problem: str) -> OptionError:
    return OptionError(problem, tip="--hosts the same on every host, --host-index another on each, from 0")
