"""Some hundred files that cameras, browsers and accidents leave: each is a result or a clear error, in one stream.

Made by hand, and by cutting and flipping; the same bytes on every machine.
"""

import io
import random
import struct
import subprocess
import sys
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgesmith.runtime import Classifier

NOISE = np.random.default_rng(3).integers(0, 256, (40, 48, 3), dtype=np.uint8)
PICTURE = Image.fromarray(NOISE)


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _oriented(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def _png(width: int, height: int, *rows: bytes) -> bytes:
    """A PNG of grey pixels with any size in its head."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _cut() -> Iterator[tuple[str, bytes]]:
    wholes = {
        "jpg": _encoded(PICTURE, "JPEG", quality=90),
        "progressive.jpg": _encoded(PICTURE, "JPEG", progressive=True),
        "png": _encoded(PICTURE, "PNG"),
        "webp": _encoded(PICTURE, "WEBP"),
        "gif": _encoded(PICTURE, "GIF"),
        "tif": _encoded(PICTURE, "TIFF", compression="tiff_lzw"),
    }
    for suffix, data in wholes.items():
        for tenth in range(10):
            yield f"cut-{tenth}.{suffix}", data[: len(data) * tenth // 10]
        for seed in range(5):
            drawn = random.Random(f"{suffix} {seed}")
            damaged = bytearray(data)
            for _ in range(3):
                damaged[drawn.randrange(20, len(data))] = drawn.randrange(256)
            yield f"flipped-{seed}.{suffix}", bytes(damaged)


def _sound() -> Iterator[tuple[str, bytes]]:
    """What must be a result."""
    for value in range(1, 9):
        yield f"orientation-{value}.jpg", _encoded(PICTURE, "JPEG", exif=_oriented(value))
    yield "progressive.jpg", _encoded(PICTURE, "JPEG", progressive=True)
    yield "cmyk.jpg", _encoded(PICTURE.convert("CMYK"), "JPEG")
    yield "grey.jpg", _encoded(PICTURE.convert("L"), "JPEG")
    yield "png-named.jpg", _encoded(PICTURE, "PNG")
    yield "jpeg-named.png", _encoded(PICTURE, "JPEG")
    yield "16-bit.png", _encoded(Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257), "PNG")
    yield "16-bit.tif", _encoded(Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257), "TIFF")
    yield "float.tif", _encoded(Image.fromarray(NOISE[..., 0].astype(np.float32) / 255), "TIFF")
    yield "alpha.png", _encoded(PICTURE.convert("RGBA"), "PNG")
    yield "palette.gif", _encoded(PICTURE.convert("P"), "GIF")
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        yield f"animated.{kind.lower()}", _encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    yield "1x1.png", _encoded(Image.new("RGB", (1, 1)), "PNG")
    yield "1x100000.png", _encoded(Image.new("L", (1, 100_000), 9), "PNG")
    yield "100000x1.png", _encoded(Image.new("L", (100_000, 1), 9), "PNG")
    yield "behind-it.jpg", _encoded(PICTURE, "JPEG") + bytes(1000)


def _hopeless() -> Iterator[tuple[str, bytes]]:
    """What must be an error."""
    yield "empty.jpg", b""
    yield "text.jpg", b"These are the days\n" * 50
    yield "0x0.png", _png(0, 0)
    yield "0x5.png", _png(0, 5)
    yield "bomb.png", _png(100_000, 100_000, bytes(100_001))
    yield "bomb-9500.png", _png(9_500, 9_500, bytes(9_501))
    yield (
        "bomb.gif",
        b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b"\x2c" + bytes(4) + b"\xff\xff\xff\xff\0\x02\0\x3b",
    )
    yield "svg.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    yield "postscript.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    yield "zip.jpg", b"PK\x03\x04" + bytes(99)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    for name, data in (*_cut(), *_sound(), *_hopeless()):
        (folder / name).write_bytes(data)
    return folder


# Pillow warns of damaged EXIF and of what is cut behind the pixels, and goes on.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_each_is_a_result_or_a_clear_error(folder: Path, models: dict[str, Path]) -> None:
    with Classifier(models["uint8 onnx"], threads=1) as classify:
        results = {Path(result.source).name: result for result in classify.stream(folder)}
    assert len(results) == len(list(folder.iterdir())) >= 60
    for name, result in results.items():
        assert (result.error is None) is (result.scores is not None)
        assert result.error is None or str(folder / name) in result.error
    failed = {name for name, result in results.items() if result.error}
    assert not failed & dict(_sound()).keys()
    assert failed >= dict(_hopeless()).keys()


def test_nothing_but_our_own_lines_is_printed(folder: Path, models: dict[str, Path]) -> None:
    """Decoders write to file descriptor 2 behind Python's back; a log on a device is for what matters."""
    command = [sys.executable, "-m", "edgesmith", "predict", str(models["uint8 onnx"]), str(folder)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 1
    # libtiff's one line, of damaged LZW data in a file that is then named by us; Pillow leaves its handler on. It comes
    # in two writes from the thread that decodes, and ours may fall between them.
    said = finished.stderr.replace("tempfile.tif: ", "").replace("Using code not yet in table.\n", "")
    ours = said.splitlines()
    assert all(line.startswith("edgesmith predict: ") for line in ours)
    assert len(finished.stdout.splitlines()) + len(ours) == 1 + len(list(folder.iterdir()))


def test_the_stream_goes_on_where_warnings_are_errors(folder: Path, models: dict[str, Path]) -> None:
    with warnings.catch_warnings(), Classifier(models["uint8 onnx"], threads=1) as classify:
        warnings.simplefilter("error")
        assert len(list(classify.stream(folder))) == len(list(folder.iterdir()))
