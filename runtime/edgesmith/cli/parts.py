"""The parts' command lines: what their options are, and running them. The parts themselves are never imported by name."""

import argparse
import ctypes
import functools
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from edgesmith.cli.dispatch import build_parser
from edgesmith.cli.parser import CommandParser
from edgesmith.cli.table import COMMANDS
from edgesmith.runtime.errors import EdgesmithError, SettingError

# prctl(2): the signal that this process gets when its parent ends, however that ends.
_PR_SET_PDEATHSIG = 1

# How long a command may take to tidy up after Ctrl-C before it is killed.
_TIDYING_SECONDS = 20.0


@functools.cache
def parser_of(command: str) -> CommandParser:
    """A command's own parser, by its place in the table."""
    return build_parser(command, importlib.import_module(COMMANDS[command][0]))


def action_of(command: str, option: str) -> argparse.Action:
    """What a command's parser knows of an option (`--epochs`): its help, choices and number of values."""
    return next(action for action in parser_of(command)._actions if option in action.option_strings)


def ask(*words: str | Path) -> dict[str, Any]:
    """Run one of our own commands, its progress on stderr, and return its JSON document.

    Raises `EdgesmithError` when it fails; what was wrong it has said itself.
    """
    finished = subprocess.run(_command(words), stdout=subprocess.PIPE, check=False)  # noqa: S603 - this interpreter and a list, which no shell reads
    if finished.returncode:
        raise failure(str(words[0]), finished.returncode)
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


def work(words: Sequence[str | Path], *, folder: Path, answer: IO[bytes], held: int) -> int:
    """Run one of our own commands in `folder`, its JSON document to `answer`; its exit code, below 0 for a signal.

    It ends when this process ends, be it killed: nobody else writes where it writes. Until it has ended it has
    `held`, a file descriptor, open. Ctrl-C is given time to tidy up in.
    """
    parent = os.getpid()
    with subprocess.Popen(  # noqa: S603 - this interpreter and a list, which no shell reads
        _command(words),
        cwd=folder,
        stdout=answer,
        pass_fds=(held,),
        preexec_fn=functools.partial(_end_with_parent, parent),  # noqa: PLW1509 - one thread of Python; numpy's hold no lock
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            _await_end(process)
            raise


def failure(command: str, code: int, *, tip: str | None = None) -> EdgesmithError:
    """The error for a command that ended with `code` and has said why; wrong usage stays that."""
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    kind = SettingError if code == SettingError.exit_code else EdgesmithError
    message = "its message is above" + (f"; {tip}" if tip else "")
    return kind(f"`edgesmith {command}` {how}", tip=message)


def _command(words: Sequence[str | Path]) -> list[str]:
    # -P: a module lying in the current folder must not take the place of one of Python's.
    return [sys.executable, "-P", "-m", "edgesmith", *map(str, words), "--json"]


def _end_with_parent(parent: int) -> None:
    """Called in the child before it becomes the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended before it could be told
            os._exit(1)


def _await_end(process: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C on a terminal has reached the command too; one sent to this process alone has not."""
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_TIDYING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
