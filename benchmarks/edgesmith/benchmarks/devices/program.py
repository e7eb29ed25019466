"""Programs of this machine that lead to a device: run to their end, or ended."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any


def captured(
    words: Sequence[str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run `words`, program and arguments, and wait; bytes of another encoding become U+FFFD.

    `environment`: all of it, this process's unless given. `timeout`: seconds. Raises `OSError` for a program that
    cannot be started, `subprocess.TimeoutExpired`.
    """
    return subprocess.run(  # noqa: S603 - a list, which no shell of this machine reads; callers name the program
        words,
        stdin=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=environment,
        timeout=timeout,
    )


def end(process: "subprocess.Popen[Any]") -> None:
    """Kill it, whatever it is doing, and close its pipes, whoever may still sit at their other ends."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # Unsent bytes for a reader that is gone: the descriptor is closed all the same.
            with suppress(BrokenPipeError):
                pipe.close()
