"""Requests that mean harm: none ends in a 500, a crash, a file read, or much memory; the next one is served."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from edgesmith.runtime.web.site import Site

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + b"".join(chunks) + _chunk(b"IEND", b"")


def _zeros(count: int) -> bytes:
    return zlib.compress(bytes(count), 9)


def _jpeg(*, segment: bytes = b"", size: tuple[int, int] | None = None) -> bytes:
    """A JPEG with one more segment behind its start, and perhaps another size in its frame header."""
    written = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(written, "JPEG")
    data = written.getvalue()
    if size is not None:
        frame = data.index(b"\xff\xc0")
        data = data[: frame + 5] + struct.pack(">HH", size[1], size[0]) + data[frame + 9 :]
    return data[:2] + segment + data[2:]


def _exif(directory: bytes) -> bytes:
    payload = b"Exif\0\0MM\0*\0\0\0\x08" + directory
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


ORIENTATION_OF_FOUR_BILLION = struct.pack(">HHHII", 1, 0x0112, 3, 0xFFFFFFFF, 8)
DIRECTORY_THAT_FOLLOWS_ITSELF = struct.pack(">HHHIII", 1, 0x8769, 4, 1, 8, 8)
DIRECTORY_OF_MANY = struct.pack(">H", 5000) + struct.pack(">HHII", 0x0112, 3, 1, 0x00060000) * 5000

# Each is small on the wire.
BOMBS = {
    "PNG that claims 60000x60000": _png(60000, 60000, _chunk(b"IDAT", _zeros(1000))),
    "PNG that claims 2**31 columns": _png(2**31 - 1, 1, _chunk(b"IDAT", _zeros(1000))),
    "PNG without columns": _png(0, 0, _chunk(b"IDAT", _zeros(10))),
    "PNG whose data are 100 MB": _png(10, 10, _chunk(b"IDAT", _zeros(100_000_000))),
    "PNG whose text is 100 MB": _png(10, 10, _chunk(b"zTXt", b"a\0\0" + _zeros(100_000_000)), _chunk(b"IDAT", _zeros(310))),
    "PNG whose profile is 100 MB": _png(10, 10, _chunk(b"iCCP", b"a\0\0" + _zeros(100_000_000)), _chunk(b"IDAT", _zeros(310))),
    "PNG with a chunk of 2 GB": PNG_SIGNATURE + b"\x7f\xff\xff\xffIHDR",
    "PNG signature alone": PNG_SIGNATURE,
    "JPEG that claims 65500x65500": _jpeg(size=(65500, 65500)),
    "JPEG that claims no columns": _jpeg(size=(0, 10)),
    "JPEG start alone": b"\xff\xd8\xff",
    "EXIF orientation of four billion": _jpeg(segment=_exif(ORIENTATION_OF_FOUR_BILLION)),
    "EXIF directory that follows itself": _jpeg(segment=_exif(DIRECTORY_THAT_FOLLOWS_ITSELF)),
    "EXIF directory of 5000": _jpeg(segment=_exif(DIRECTORY_OF_MANY[:65000])),
    "1000 EXIF segments": _jpeg(segment=_exif(ORIENTATION_OF_FOUR_BILLION) * 1000),
    "GIF that claims 65535x65535": b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
    "BMP that claims 2**31 rows": b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0),
    "BMP with a palette of four billion": b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 10, 10, 1, 8, 0, 0, 0, 0, 0xFFFFFFFF, 0),
    "WebP that claims 16383x16383": b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0/\xfe\xff\xff\x0f" + bytes(12),
    "WebP start alone": b"RIFF\xff\xff\xff\xffWEBP",
}  # fmt: skip

PATHS = [
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/the-token/../../etc/passwd",
    "/the-token/static/../../../../etc/passwd",
    "/the-token/static/%2fetc%2fpasswd",
    "/the-token/models/..%2f..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/file:///etc/passwd",
    "/%00",
    "/%ff%fe",
    "/classify/",
    "/classify/../health",
    "/" + "a/" * 3000,
    "/?" + "top=1&" * 3000,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(site: Site, ask: Callable[..., Any], bomb: str) -> None:
    headers = {"content-type": "image/png"}
    status, _, body = ask(site, "/classify", method="POST", body=BOMBS[bomb], headers=headers)
    assert status in (200, 413, 415, 422)
    document = json.loads(body)
    assert status == 200 or document["error"]
    assert ask(site, "/health")[0] == 200


def test_a_form_full_of_near_boundaries(
    site: Site, ask: Callable[..., Any], form: Callable[..., Any]
) -> None:
    body, headers = form(("image", b"\r\n--xxBOUNDARYx" * 13_000))
    assert ask(site, "/classify", method="POST", body=body, headers=headers)[0] == 415


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_paths(site: Site, ask: Callable[..., Any], path: str) -> None:
    status, headers, body = ask(site, path)
    assert status in (307, 404, 405)
    assert headers.get("location", site.url()).startswith(site.url()), "a missing `/` is added, nothing else"
    assert b"root:" not in body


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", id="version"),
        pytest.param(b"BREW /classify HTTP/1.1\r\n" + HOST + b"\r\n", id="method"),
        pytest.param(b"CONNECT localhost:1 HTTP/1.1\r\n" + HOST + b"\r\n", id="CONNECT"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", id="OPTIONS"),
        pytest.param(b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", id="whole address"),
        pytest.param(b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", id="bytes in the path"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", id="negative length"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Content-Length: 1e3\r\n\r\n", id="no length"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 500 + b"\r\n\r\n", id="length of 500 digits"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", id="two lengths"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="length and chunks"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", id="chunk of 2**72"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk without a size"),
        pytest.param(b"POST /classify HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", id="other encoding"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", id="folded header"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X\0Y: a\r\n\r\n", id="zero in a header"),
        pytest.param(b"GET / HTTP/1.1\nHost: localhost\n\n", id="bare line feeds"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param((b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n") * 200, id="200 at once"),
    ],
)  # fmt: skip
def test_requests(
    site: Site, ask: Callable[..., Any], say: Callable[..., bytes], request_bytes: bytes
) -> None:
    got = say(site, request_bytes, patience=0.5)
    statuses = {line.split()[1] for line in got.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}
    assert not any(status.startswith(b"5") for status in statuses)
    assert b"root:" not in got
    assert ask(site, "/health")[0] == 200


def test_what_was_posted_is_not_shown(site: Site, ask: Callable[..., Any], form: Callable[..., Any]) -> None:
    marker = "<script>alert(1)</script>"
    body, headers = form((marker, marker.encode()))
    answers = [
        ask(site, "/classify", method="POST", body=body, headers=headers),
        ask(site, f"/classify?top={marker}", method="POST", body=b"", headers={"content-type": "image/png"}),
        ask(
            site,
            "/classify",
            method="POST",
            body=marker.encode(),
            headers={"content-type": f"image/{marker}"},
        ),
        ask(site, f"/{marker}"),
        ask(site, "/", headers={"host": marker}),
    ]
    assert all(400 <= status < 500 for status, _, _ in answers)
    assert all(b"alert" not in body for _, _, body in answers)
    assert {headers["content-type"] for _, headers, _ in answers} == {"application/json"}
