"""Forms of the type `multipart/form-data` (RFC 7578), which are in memory already.

Cut at the boundary by `bytes.split`: parsers for streams look at bytes one by one, and a form of 20 MB made for the purpose
keeps one of them (python-multipart 0.0.34) busy for seven seconds.
"""

from email.message import Message
from email.parser import BytesHeaderParser

from edgesmith.runtime.web.problems import RefusedError

_MOST_PARTS = 16
_MOST_HEADER_BYTES = 8192  # of one part; browsers send some hundred
_MOST_BOUNDARY_CHARACTERS = 70  # RFC 2046, 5.1.1
_TIP = "curl --form image=@photo.jpg ADDRESS sends one that is read"


def parts_named(name: str, content_type: str, body: bytes) -> list[bytes]:
    """The contents of all parts of that name. Raises `RefusedError` 400 for a form that is malformed or too long."""
    delimiter = b"\r\n--" + _boundary(content_type)
    pieces = (b"\r\n" + body).split(delimiter, _MOST_PARTS + 1)[1:]
    contents: list[bytes] = []
    for piece in pieces:
        if piece.startswith(b"--"):  # the end; what follows is no part of it
            return contents
        padding, _, part = piece.partition(b"\r\n")
        headers, blank, content = part.partition(b"\r\n\r\n")
        if padding.strip(b" \t") or not blank or len(headers) > _MOST_HEADER_BYTES:
            raise _malformed()
        if _name_of(headers) == name:
            contents.append(content)
    raise RefusedError(400, f"the form ends too soon, or has more than {_MOST_PARTS} parts", tip=_TIP)


def _name_of(headers: bytes) -> object:
    """The name of a part; no text where it is written in the way of RFC 2231, which RFC 7578 forbids."""
    try:
        return BytesHeaderParser().parsebytes(headers).get_param("name", header="content-disposition")
    except ValueError as error:  # RFC 2231's number of a piece, thousands of digits long
        raise _malformed() from error


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    try:
        boundary = header.get_boundary("")
    except ValueError as error:  # as above, or a charset of RFC 2231 that decodes nothing (`undefined`)
        raise _malformed() from error
    if not (0 < len(boundary) <= _MOST_BOUNDARY_CHARACTERS and boundary.isascii()):
        raise RefusedError(400, "the form's Content-Type names no boundary", tip=_TIP)
    return boundary.encode()


def _malformed() -> RefusedError:
    return RefusedError(400, "the form is malformed", tip=_TIP)
