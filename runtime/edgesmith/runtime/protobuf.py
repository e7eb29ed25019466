"""The outline of a protocol buffers message: where its fields lie. Reads no more than keys and lengths.

Wire format: the protocol buffers documentation, "Encoding". Nothing is trusted: every length is held against
the message's end, and a message of more fields than a model has is refused.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types

# A graph has a field for every node and weight, some thousands. Millions of empty fields would take minutes.
MAX_FIELDS = 100_000


class Field(NamedTuple):
    """A length-delimited field of a message: its number, and the offsets of its key, its content and its end."""

    number: int
    key: int
    start: int
    end: int


def fields(file: BinaryIO, position: int, end: int) -> Iterator[Field]:
    """The length-delimited fields of the message between the offsets `position` and `end`.

    Raises `EOFError` and `ValueError` for what is not one, or has more than `MAX_FIELDS`.
    """
    count = 0
    while position < end:
        count += 1
        if count > MAX_FIELDS:
            raise ValueError(f"more than {MAX_FIELDS} fields in one message")
        before = position
        file.seek(position)
        key = _varint(file)
        kind = key & 7
        if kind == _VARINT:
            _varint(file)
            position = file.tell()
        elif kind in (_FIXED64, _FIXED32):
            position = file.tell() + (8 if kind == _FIXED64 else 4)
        elif kind == _BYTES:
            length = _varint(file)
            start = file.tell()
            position = start + length
            if position > end:
                raise EOFError("it ends inside a field")
            yield Field(number=key >> 3, key=before, start=start, end=position)
        else:
            raise ValueError(f"wire type {kind} at byte {position}")


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError("it ends inside a number")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("a number of more than ten bytes")
