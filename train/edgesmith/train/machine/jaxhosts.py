"""Joining several hosts to one JAX."""

import atexit
import os
import socket
import sys
from typing import Any

from edgesmith.runtime.errors import OptionError
from edgesmith.train.machine.meeting import Meeting

# Seconds. The hosts have met already; what is left is one more connection, and at the end one good-bye.
_CONNECT, _PART = 60, 10


def join_hosts(meeting: Meeting, *, coordinator: str) -> None:
    """Start JAX over all hosts of the meeting.

    `coordinator`: the name or address of host 0. Once in a process, before its first JAX computation. Raises
    `OptionError` in a process that has joined before.
    """
    import jax

    if jax.distributed.is_initialized():
        raise OptionError(
            "this process has trained across hosts before", tip="one process for each such training"
        )
    if jax.config.jax_platforms == "cpu":
        require_own_address(meeting)
    port = meeting.hand_out({"port": _free_port()})[0]["port"]
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    # Without the first, JAX ends this process when another one does, before it can say what happened; with the
    # second, SIGTERM would not end it.
    jax.config.update("jax_enable_recoverability", True)
    jax.config.update("jax_enable_preemption_service", False)
    jax.distributed.initialize(
        f"{coordinator}:{port}",
        num_processes=meeting.hosts,
        process_id=meeting.index,
        initialization_timeout=_CONNECT,
        shutdown_timeout_seconds=_PART,
    )


def leave_hosts() -> None:
    """Part from JAX' service, which host 0 runs: it does so last. Nothing more can be computed together."""
    import jax
    from jax.extend.backend import clear_backends

    clear_backends()  # in this order: ended after the service, they hang
    jax.distributed.shutdown()


def end_without_partners() -> None:
    """When a host is gone: let this process end with exit code 1, not in JAX' good-bye, which would abort it."""
    atexit.register(_end)


def _end() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def require_own_address(meeting: Meeting) -> None:
    """Raise `OptionError` where the name of this host leads to itself only: Gloo tells the others that address.

    Debian's installer writes such a line, `127.0.1.1 NAME`.
    """
    reached = next(iter(meeting.lines.values())).address
    name = socket.gethostname()
    try:
        told: Any = socket.gethostbyname(name)
    except OSError:
        told = None
    if not reached.startswith("127.") and (told is None or told.startswith("127.")):
        raise OptionError(
            f"the name of this host leads to {told}, at which the other hosts cannot reach it",
            tip=f"the line '{reached} {name}' in /etc/hosts, in place of the one with 127.0.1.1",
        )


def _free_port() -> int:
    with socket.create_server(("", 0)) as server:
        port: int = server.getsockname()[1]
    return port
