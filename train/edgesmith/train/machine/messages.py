"""Messages between hosts: JSON headers and bytes over TCP, and noticing that the other end is gone.

A message is the length of its header and of its body, 8 bytes each, big end first, then both.
"""

import json
import socket
import struct
from typing import Any

_LENGTHS = struct.Struct(">QQ")
_LARGEST_HEADER = 2**16  # bytes; anything longer comes from a stranger

# Seconds. A machine that was switched off or unplugged is found dead 10 + 4 * 5 s after its last sign of life.
_IDLE, _INTERVAL, _PROBES = 10, 5, 4


class LineBrokenError(Exception):
    """The other end is gone, or speaks another language."""


def keep_alive(line: socket.socket) -> None:
    """Let the kernel ask the other end for a sign of life, so that reading from a dead one ends (tcp(7))."""
    line.settimeout(None)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _INTERVAL)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)


def send(line: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one message. Raises `LineBrokenError`."""
    head = json.dumps(header).encode()
    try:
        line.sendall(_LENGTHS.pack(len(head), len(body)) + head)
        line.sendall(body)
    except OSError as error:
        raise LineBrokenError(str(error)) from error


def receive(line: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for one message: header and body. Raises `LineBrokenError`."""
    head_length, body_length = _LENGTHS.unpack(_exactly(line, _LENGTHS.size))
    if head_length > _LARGEST_HEADER:
        raise LineBrokenError("no message of edgesmith")
    head = _exactly(line, head_length)
    try:
        header = json.loads(head)
    except ValueError as error:
        raise LineBrokenError("no message of edgesmith") from error
    if not isinstance(header, dict):
        raise LineBrokenError("no message of edgesmith")
    return header, _exactly(line, body_length)


def _exactly(line: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        try:
            part = line.recv(min(count, 2**20))
        except OSError as error:
            raise LineBrokenError(str(error)) from error
        if not part:
            raise LineBrokenError("the other end closed the connection")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
