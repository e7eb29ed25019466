"""Keeping known chatter of C++ libraries off the terminal; whatever else they say is passed on.

For command lines: the file descriptor belongs to the whole process, so a library must not do this.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

# Greetings that no log level suppresses, since they come before or beside the libraries' own logging:
# which processor features and devices TensorFlow found, and that LiteRT has a delegate.
_CHATTER = (
    "All log messages before absl::InitializeLog",
    "oneDNN custom operations are on",
    "Could not find cuda drivers",
    "cudart_stub",
    "cuda_platform.cc",
    "failed call to cuInit",
    "Created TensorFlow Lite XNNPACK delegate",
    "TensorFlow GPU support is not guaranteed",
)

# Bare Python without `site` and without imports starts in about 10 ms, beside the work. A terminal that has
# gone is no reason to stop reading: the writer would be blocked.
_FILTER = """
import os, sys
chatter = [os.fsencode(words) for words in sys.argv[1:]]
def show(line):
    try:
        while line and not any(words in line for words in chatter):
            line = line[os.write(1, line):]
    except OSError:
        pass
rest = b""
while block := os.read(0, 65536):
    *lines, rest = (rest + block).split(b"\\n")
    for line in lines:
        show(line + b"\\n")
show(rest)
os._exit(0)
"""

_PATIENCE = 2.0  # seconds; a process started inside the block may still hold the pipe open


@contextmanager
def without_chatter() -> Iterator[None]:
    """Pass what is written to file descriptor 2 inside the block on, line by line, without the chatter.

    A process of its own filters, so that the last words of a library that aborts this one are shown too.
    Where there is no stderr, or no second process to be had, nothing is filtered.
    """
    _flush()
    try:
        terminal = os.dup(2)
    except OSError:  # stderr is closed
        yield
        return
    try:
        helper = _redirected(terminal)
    except OSError:
        os.close(terminal)
        yield
        return
    try:
        yield
    finally:
        _flush()
        os.dup2(terminal, 2)  # closes the pipe, so that the filter ends
        os.close(terminal)
        with suppress(subprocess.TimeoutExpired):
            helper.wait(_PATIENCE)


def private_stdout() -> TextIO:
    """What stdout was, for answers; from now on, whatever anyone prints to stdout goes to stderr.

    For processes whose stdout is read by a program: C++ code of an engine may print there.
    """
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


def _redirected(terminal: int) -> "subprocess.Popen[bytes]":
    """Start the filter and lead descriptor 2 into it. Raises `OSError` when it cannot be started."""
    reading, writing = os.pipe()
    try:
        helper = subprocess.Popen(  # noqa: S603 - this interpreter, with the text above
            [sys.executable, "-I", "-S", "-c", _FILTER, *_CHATTER],
            stdin=reading,
            stdout=terminal,
            start_new_session=True,  # Ctrl-C is for this process; what it says then must still pass
        )
        os.dup2(writing, 2)
    finally:
        os.close(reading)
        os.close(writing)
    return helper


def _flush() -> None:
    # None without a console; a full disk or a reader that has left is no reason to fail here.
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
