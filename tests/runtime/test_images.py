import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from edgesmith.runtime import images
from edgesmith.runtime.errors import ImageError, OptionError
from edgesmith.runtime.images import ImageSource, decode, fit, load
from edgesmith.runtime.spec import InputSpec

Pixels = NDArray[np.uint8]
ORIENTATION = 0x0112
NOISE = np.random.default_rng(0).integers(0, 256, (13, 17, 3), dtype=np.uint8)


def _encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _with_orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


JPEG = _encode(Image.fromarray(NOISE), "JPEG", exif=_with_orientation(6))
PNG = _encode(Image.fromarray(NOISE))


def _odd_exif() -> bytes:
    """A JPEG with orientation 6 and a tag of type SHORT where Pillow writes LONG: it cannot pack the value."""
    entries = [(0x0112, 3, 1, struct.pack("<HH", 6, 0)), (0x0100, 9, 1, struct.pack("<i", -5))]
    body = b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    tiff = b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4)
    return _encode(Image.fromarray(NOISE), "JPEG", exif=b"Exif\0\0" + tiff)


ODD_EXIF = _odd_exif()

# What a viewer does to the stored pixels (TIFF 6.0, tag 274).
UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}


class TestModes:
    @pytest.mark.parametrize("orientation", UPRIGHT)
    @pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})])
    def test_exif_orientation(self, orientation: int, kind: str, options: dict[str, Any]) -> None:
        data = _encode(Image.fromarray(NOISE), kind, exif=_with_orientation(orientation), **options)
        np.testing.assert_array_equal(np.asarray(decode(data)), UPRIGHT[orientation](NOISE))

    @pytest.mark.parametrize(
        ("image", "kind", "options", "mode", "pixel"),
        [
            pytest.param(Image.new("RGB", (2, 2), (1, 2, 3)), "PNG", {}, "RGB", (1, 2, 3), id="RGB"),
            pytest.param(Image.new("L", (2, 2), 77), "PNG", {}, "L", 77, id="grey"),
            pytest.param(Image.new("1", (2, 2), 1), "PNG", {}, "L", 255, id="1-bit white"),
            pytest.param(Image.new("1", (2, 2), 0), "PNG", {}, "L", 0, id="1-bit black"),
            pytest.param(Image.new("RGB", (2, 2), (9, 200, 30)).quantize(4), "PNG", {}, "RGB", (9, 200, 30), id="palette"),
            pytest.param(Image.new("RGB", (2, 2), (9, 200, 30)).quantize(4), "PNG", {"transparency": 0}, "RGB", (255, 255, 255), id="palette, transparent"),
            pytest.param(Image.new("RGB", (2, 2), (9, 200, 30)).quantize(4), "PNG", {"transparency": b"\x80"}, "RGB", (132, 227, 142), id="palette, half transparent"),
            pytest.param(Image.new("RGB", (2, 2), (9, 200, 30)).quantize(4), "GIF", {}, "RGB", (9, 200, 30), id="GIF"),
            pytest.param(Image.new("LA", (2, 2), (0, 128)), "PNG", {}, "RGB", (127, 127, 127), id="grey with alpha"),
            pytest.param(Image.new("RGBA", (2, 2), (255, 0, 0, 0)), "PNG", {}, "RGB", (255, 255, 255), id="RGBA, clear"),
            pytest.param(Image.new("RGBA", (2, 2), (255, 0, 0, 51)), "PNG", {}, "RGB", (255, 204, 204), id="RGBA, a fifth"),
            pytest.param(Image.new("RGBA", (2, 2), (255, 0, 0, 255)), "PNG", {}, "RGB", (255, 0, 0), id="RGBA, opaque"),
            pytest.param(Image.new("RGB", (2, 2), (1, 2, 3)), "PNG", {"transparency": (1, 2, 3)}, "RGB", (255, 255, 255), id="RGB with a transparent colour"),
            pytest.param(Image.new("L", (2, 2), 7), "PNG", {"transparency": 7}, "RGB", (255, 255, 255), id="grey with a transparent level"),
            pytest.param(Image.new("CMYK", (2, 2), (255, 0, 0, 0)), "TIFF", {}, "RGB", (0, 255, 255), id="CMYK TIFF"),
            pytest.param(Image.new("CMYK", (2, 2), (0, 0, 0, 0)), "JPEG", {}, "RGB", (255, 255, 255), id="CMYK JPEG"),
            pytest.param(Image.fromarray(np.full((2, 2), 0x80FF, np.uint16)), "PNG", {}, "L", 0x80, id="16-bit PNG"),
            pytest.param(Image.fromarray(np.full((2, 2), 0xFFFF, np.uint16)), "TIFF", {}, "L", 0xFF, id="16-bit TIFF"),
            pytest.param(Image.fromarray(np.full((2, 2), 70_000, np.int32)), "TIFF", {}, "L", 255, id="32-bit TIFF, clipped"),
            pytest.param(Image.new("F", (2, 2), 99.5), "TIFF", {}, "L", 99, id="float TIFF"),
            pytest.param(Image.new("F", (2, 2), 0.5), "TIFF", {}, "L", 127, id="float TIFF of 0..1"),
            pytest.param(Image.new("F", (2, 2), 1.0), "TIFF", {}, "L", 255, id="float TIFF of ones"),
            pytest.param(Image.new("F", (2, 2), float("nan")), "TIFF", {}, "L", 0, id="float TIFF without numbers"),
        ],
    )  # fmt: skip
    def test_every_mode_becomes_rgb_or_grey(
        self, image: Image.Image, kind: str, options: dict[str, Any], mode: str, pixel: object
    ) -> None:
        picture = decode(_encode(image, kind, **options))
        assert (picture.mode, picture.getpixel((1, 1))) == (mode, pixel)

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_an_orientation_that_is_none(self, orientation: int) -> None:
        data = _encode(Image.fromarray(NOISE), exif=_with_orientation(orientation))
        np.testing.assert_array_equal(np.asarray(decode(data)), NOISE)

    def test_odd_values_beside_the_orientation(self) -> None:
        picture = np.asarray(decode(ODD_EXIF))
        assert picture.shape == (17, 13, 3)  # turned by the orientation 6


class TestSources:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "noise.png"
        file.write_bytes(PNG)
        return file

    @pytest.mark.parametrize(
        "source_of",
        [
            pytest.param(lambda file: file, id="path"),
            pytest.param(str, id="text"),
            pytest.param(lambda file: file.read_bytes(), id="bytes"),
            pytest.param(lambda file: io.BytesIO(file.read_bytes()), id="file object"),
            pytest.param(lambda file: Image.fromarray(NOISE), id="PIL image"),
            pytest.param(lambda file: NOISE, id="array"),
            pytest.param(lambda file: np.asfortranarray(NOISE), id="array in another order"),
        ],
    )
    def test_all_give_the_same_pixels(self, source_of: Callable[[Path], ImageSource], file: Path) -> None:
        np.testing.assert_array_equal(np.asarray(decode(source_of(file))), NOISE)

    def test_a_grey_array(self) -> None:
        picture = decode(NOISE[..., 0])
        assert picture.mode == "L"
        np.testing.assert_array_equal(np.asarray(picture), NOISE[..., 0])

    @pytest.mark.parametrize(
        "array",
        [
            pytest.param(np.zeros((4, 4, 3), np.float32), id="float"),
            pytest.param(np.zeros((4, 4, 4), np.uint8), id="four channels"),
            pytest.param(np.zeros((4, 4, 1), np.uint8), id="one channel"),
            pytest.param(np.zeros((1, 4, 4, 3), np.uint8), id="a batch"),
            pytest.param(np.zeros(4, np.uint8), id="one row"),
            pytest.param(np.zeros((0, 4, 3), np.uint8), id="no rows"),
            pytest.param(np.zeros((4, 4), np.uint16), id="16-bit"),
        ],
    )
    def test_an_array_that_is_no_picture(self, array: Any) -> None:
        with pytest.raises(ImageError, match=r"an array of shape .* is no picture") as caught:
            decode(array)
        assert str(array.dtype) in str(caught.value)
        assert "[height, width, 3], RGB" in str(caught.value.tip)

    def test_the_callers_file_and_image_stay_open(self) -> None:
        stream, picture = io.BytesIO(PNG), Image.fromarray(NOISE)
        decode(stream)
        decode(picture)
        assert not stream.closed
        assert picture.getpixel((0, 0)) == tuple(NOISE[0, 0])

    @pytest.mark.parametrize("data", [JPEG, JPEG[: len(JPEG) // 2]], ids=["whole", "half"])
    def test_no_file_stays_open(self, data: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(data)
        frames = [Image.new("P", (4, 4), index) for index in range(2)]
        frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always", ResourceWarning)
            for name in ("a.jpg", "a.gif"):
                try:
                    decode(tmp_path / name)
                except ImageError:
                    assert name == "a.jpg"
        assert [str(complaint.message) for complaint in complaints] == []


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            pytest.param("half.jpg", JPEG[: len(JPEG) // 2], "is damaged or truncated", id="truncated JPEG"),
            pytest.param("half.png", PNG[: len(PNG) // 2], "is damaged or truncated", id="truncated PNG"),
            pytest.param("text.jpg", b"These are the days\n" * 9, "is not an image", id="a text named .jpg"),
            pytest.param("empty.png", b"", "is not an image", id="empty"),
            pytest.param("head.jpg", JPEG[:3], "is not an image", id="three bytes of a JPEG"),
        ],
    )
    def test_damage_names_the_file(self, name: str, content: bytes, message: str, tmp_path: Path) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ImageError, match=message) as caught:
            decode(tmp_path / name)
        assert str(caught.value).startswith(str(tmp_path / name))

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(ImageError, match=r"gone\.jpg: no such file"):
            decode(tmp_path / "gone.jpg")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ImageError, match="cannot be read: Is a directory"):
            decode(tmp_path)

    @pytest.mark.parametrize("name", ["DDS", "EPS", "PCX"])
    def test_formats_of_no_camera_are_refused(self, name: str) -> None:
        with pytest.raises(ImageError, match="not an image that can be read"):
            decode(_encode(Image.fromarray(NOISE), name))

    def test_a_path_that_no_system_has(self) -> None:
        with pytest.raises(ImageError, match="damaged"):
            decode("a\0b.jpg")

    def test_bytes_have_no_name(self) -> None:
        with pytest.raises(ImageError, match=r"^the image is not an image"):
            decode(b"text")

    def test_a_file_object_may_have_a_name(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(b"text")
        with (
            (tmp_path / "a.jpg").open("rb") as file,
            pytest.raises(ImageError, match=r"a\.jpg is not an image"),
        ):
            decode(file)

    def test_too_many_pixels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MAX_PIXELS", 13 * 17 - 1)
        with pytest.raises(ImageError, match="17x13 pixels are more than the 220 allowed"):
            decode(PNG)
        monkeypatch.setattr(images, "MAX_PIXELS", 13 * 17)
        assert decode(PNG).size == (17, 13)

    def test_fewer_pixels_may_be_allowed(self) -> None:
        with pytest.raises(ImageError, match="17x13 pixels are more than the 220 allowed"):
            load(PNG, InputSpec(height=4, width=4, channels=3), max_pixels=13 * 17 - 1)
        assert decode(PNG, max_pixels=13 * 17).size == (17, 13)

    @pytest.mark.parametrize("side", [9_500, 20_000], ids=["Pillow warns", "Pillow refuses"])
    def test_a_decompression_bomb_is_not_decoded(self, side: int) -> None:
        bomb = _png_head(side, side)
        with pytest.raises(ImageError, match="89478485 allowed"):
            decode(bomb)

    def test_a_bomb_among_pil_images_is_refused_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MAX_PIXELS", 10)
        with pytest.raises(ImageError, match="the image: 17x13"):
            decode(Image.fromarray(NOISE))

    def test_unreadable_for_this_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_: object, *, formats: object) -> None:
            raise PermissionError(13, os.strerror(13), "a.jpg")

        monkeypatch.setattr(Image, "open", refuse)
        with pytest.raises(ImageError, match=r"a\.jpg cannot be read: Permission denied"):
            decode("a.jpg")


def _png_head(width: int, height: int) -> bytes:
    """A PNG that promises grey pixels and holds none."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))]
    chunks.append(b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# Pillow warns of damaged EXIF, and goes on.
@pytest.mark.filterwarnings("ignore::UserWarning")
class TestAnyBytes:
    @staticmethod
    def _check(data: bytes) -> None:
        try:
            picture = decode(data)
        except ImageError as error:
            assert str(error).startswith("the image")  # noqa: PT017 - both ways are right
        else:
            assert picture.mode in ("RGB", "L")

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=300))
    def test_random(self, data: bytes) -> None:
        self._check(data)

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from([JPEG, PNG]).flatmap(
            lambda data: st.integers(0, len(data)).map(lambda end: data[:end])
        )
    )
    def test_truncated(self, data: bytes) -> None:
        self._check(data)

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from([JPEG, PNG]), st.data())
    def test_flipped(self, data: bytes, draw: st.DataObject) -> None:
        damaged = bytearray(data)
        for place in draw.draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=5)):
            damaged[place] = draw.draw(st.integers(0, 255))
        self._check(bytes(damaged))

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_damaged_exif_still_gives_the_picture(self, draw: st.DataObject) -> None:
        start = ODD_EXIF.index(b"II*\0")
        damaged = bytearray(ODD_EXIF)
        for place in draw.draw(st.lists(st.integers(start, start + 37), min_size=1, max_size=5)):
            damaged[place] = draw.draw(st.integers(0, 255))
        assert sorted(decode(bytes(damaged)).size) == [13, 17]


def _spec(height: int, width: int, **options: Any) -> InputSpec:
    return InputSpec(height=height, width=width, **{"channels": 3, **options})


class TestFit:
    def test_the_same_size_is_untouched(self) -> None:
        np.testing.assert_array_equal(load(NOISE, _spec(13, 17)), NOISE[None])

    def test_stretch_is_pillows_bilinear(self) -> None:
        expected = Image.fromarray(NOISE).resize((5, 9), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(load(NOISE, _spec(9, 5))[0], np.asarray(expected))

    def test_bilinear_samples_at_pixel_centres(self) -> None:
        row = np.array([[0, 100]], np.uint8)
        assert load(row, _spec(1, 4, channels=1)).ravel().tolist() == [0, 25, 75, 100]

    def test_shrinking_averages(self) -> None:
        # The triangle filter over twice the step: 1/8, 3/8, 3/8, 1/8, renormalised at the border.
        row = np.array([[0, 0, 80, 80]], np.uint8)
        assert load(row, _spec(1, 2, channels=1)).ravel().tolist() == [11, 69]

    def test_colour_to_grey_is_luma(self) -> None:
        red = np.zeros((1, 1, 3), np.uint8)
        red[..., 0] = 255
        assert load(red, _spec(1, 1, channels=1)).tolist() == [[[[76]]]]  # 0.299 × 255

    def test_grey_to_colour_repeats(self) -> None:
        assert load(np.full((1, 1), 9, np.uint8), _spec(1, 1)).tolist() == [[[[9, 9, 9]]]]

    @pytest.mark.parametrize("channels", [1, 3])
    def test_shape_and_type(self, channels: int) -> None:
        pixels = load(NOISE, _spec(6, 4, channels=channels))
        assert (pixels.shape, pixels.dtype.name) == ((1, 6, 4, channels), "uint8")

    @pytest.mark.parametrize(
        ("size", "target", "fraction", "box"),
        [
            pytest.param((40, 20), (10, 10), 1.0, (10, 0, 30, 20), id="square of a wide picture"),
            pytest.param((20, 40), (10, 10), 1.0, (0, 10, 20, 30), id="square of a tall picture"),
            pytest.param((40, 20), (10, 10), 0.5, (15, 5, 25, 15), id="half the square"),
            pytest.param((40, 40), (10, 20), 1.0, (0, 10, 40, 30), id="wide of a square"),
            pytest.param((10, 10), (10, 10), 0.8, (1, 1, 9, 9), id="same size still crops"),
        ],
    )
    def test_crop_box(
        self, size: tuple[int, int], target: tuple[int, int], fraction: float, box: tuple[int, int, int, int]
    ) -> None:
        # A ramp: red says the column, green the row. Its values at a sample's centre stay what they are.
        rows, columns = np.mgrid[: size[1], : size[0]]
        ramp = np.stack([6 * columns, 6 * rows, 0 * rows], axis=-1).astype(np.uint8)
        left, top, right, bottom = box
        spec = _spec(*target, resize="crop", crop_fraction=fraction)
        x = left + (np.arange(spec.width) + 0.5) * (right - left) / spec.width - 0.5
        y = top + (np.arange(spec.height) + 0.5) * (bottom - top) / spec.height - 0.5
        inner = np.s_[1:-1, 1:-1]  # at the border the filter has one side only
        got = fit(Image.fromarray(ramp), spec)[0].astype(float)
        np.testing.assert_allclose(got[..., 0][inner], (6 * x + 0 * y[:, None])[inner], atol=1)
        np.testing.assert_allclose(got[..., 1][inner], (0 * x + 6 * y[:, None])[inner], atol=1)

    def test_rounding_never_leaves_the_picture(self) -> None:
        # 49 × (7/3) / (7/3) is more than 49 in float64; Pillow would say "box offset can't be negative".
        assert fit(Image.new("L", (49, 7)), _spec(3, 7, resize="crop", channels=1)).shape == (1, 3, 7, 1)

    @settings(max_examples=200, deadline=None)
    @given(*[st.integers(1, 300)] * 2, *[st.integers(1, 60)] * 2, st.floats(0.01, 1))
    def test_any_crop_of_any_picture(
        self, width: int, height: int, columns: int, rows: int, fraction: float
    ) -> None:
        spec = _spec(rows, columns, resize="crop", crop_fraction=fraction, channels=1)
        pixels = fit(Image.new("L", (width, height), 77), spec)
        assert pixels.shape == spec.shape
        assert np.unique(pixels).tolist() == [77]


def _photo(width: int, height: int, *, orientation: int = 1) -> bytes:
    """A JPEG with structure at every scale above a few pixels."""
    small = np.random.default_rng(1).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return _encode(picture, "JPEG", quality=92, exif=_with_orientation(orientation))


class TestReducedDecoding:
    """A JPEG much larger than the input is decoded at 1/2, 1/4 or 1/8, never below twice the input."""

    @pytest.mark.parametrize(
        ("size", "spec", "decoded"),
        [
            pytest.param((800, 640), _spec(40, 50), (100, 80), id="an eighth, exactly twice"),
            pytest.param((600, 480), _spec(40, 50), (75, 60), id="an eighth, exactly 1.5 times"),
            pytest.param((600, 472), _spec(40, 50), (150, 118), id="one row less"),
            pytest.param((800, 640), _spec(80, 100), (200, 160), id="a quarter, exactly twice"),
            pytest.param((800, 632), _spec(80, 100), (400, 316), id="one row less than that"),
            pytest.param((800, 640), _spec(100, 60), (400, 320), id="the tighter side decides"),
            pytest.param((800, 640), _spec(161, 40), (800, 640), id="whole"),
            pytest.param((80, 64), _spec(224, 224), (80, 64), id="smaller than the input"),
            pytest.param((801, 643), _spec(100, 100), (401, 322), id="odd sizes are rounded up"),
            pytest.param((800, 640), _spec(80, 80, resize="crop"), (200, 160), id="crop"),
            pytest.param((800, 640), _spec(80, 80, resize="crop", crop_fraction=0.5), (400, 320), id="half of a crop"),
        ],
    )  # fmt: skip
    def test_to_what_size(self, size: tuple[int, int], spec: InputSpec, decoded: tuple[int, int]) -> None:
        assert decode(_photo(*size), spec).size == decoded

    @pytest.mark.parametrize("orientation", [6, 8])
    def test_sides_are_those_of_the_upright_picture(self, orientation: int) -> None:
        data = _photo(800, 320, orientation=orientation)
        assert decode(data, _spec(100, 40)).size == (80, 200)
        assert decode(data, _spec(40, 100)).size == (320, 800)

    def test_without_a_spec_nothing_is_left_out(self) -> None:
        assert decode(_photo(800, 640)).size == (800, 640)

    def test_other_formats_are_decoded_whole(self) -> None:
        data = _encode(Image.open(io.BytesIO(_photo(800, 640))), "PNG")
        assert decode(data, _spec(40, 40)).size == (800, 640)

    def test_the_callers_image_stays_whole(self) -> None:
        picture = Image.open(io.BytesIO(_photo(800, 640)))
        assert load(picture, _spec(40, 40)).shape == (1, 40, 40, 3)
        assert picture.size == (800, 640)

    @pytest.mark.parametrize(("side", "mean"), [(50, 2.2), (70, 1.5), (99, 1.5), (100, 1.5)])
    def test_the_pixels_stay_close(self, side: int, mean: float) -> None:
        data = _photo(800, 640)
        reduced = load(data, _spec(side, side)).astype(int)
        whole = fit(decode(data), _spec(side, side)).astype(int)
        assert np.abs(reduced - whole).mean() < mean
        assert np.abs(reduced - whole).max() < 30


class TestFrames:
    @pytest.mark.parametrize("size", [(13, 17), (5, 9)], ids=["the input's size", "another size"])
    def test_bgr(self, size: tuple[int, int]) -> None:
        spec = _spec(*size)
        swapped = np.ascontiguousarray(NOISE[:, :, ::-1])
        np.testing.assert_array_equal(load(swapped, spec, channel_order="BGR"), load(NOISE, spec))

    @pytest.mark.parametrize("order", ["rgb", "bgr", "GBR", None])
    @pytest.mark.parametrize("size", [(13, 17), (5, 9)], ids=["the input's size", "another size"])
    def test_an_order_that_is_none(self, size: tuple[int, int], order: Any) -> None:
        with pytest.raises(OptionError, match=f"channel_order {order!r} is none of RGB, BGR"):
            load(NOISE, _spec(*size), channel_order=order)
        with pytest.raises(OptionError, match="is none of RGB, BGR"):
            decode(NOISE, channel_order=order)

    @pytest.mark.parametrize(
        "shape", [(13, 17, 4), (13, 17, 1), (1, 13, 17, 3), (13,), (0, 17, 3)], ids=lambda shape: f"{shape}"
    )
    def test_shapes_that_are_no_picture(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ImageError, match=r"an array of shape .* is no picture") as caught:
            load(np.zeros(shape, np.uint8), _spec(13, 17))
        assert "[height, width, 3]" in str(caught.value.tip)

    @pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "uint16"])
    def test_types_that_are_no_picture(self, dtype: str) -> None:
        with pytest.raises(ImageError, match=f"type {dtype} is no picture"):
            load(NOISE.astype(dtype), _spec(13, 17))

    @pytest.mark.parametrize("thing", [None, 5, ["a.jpg"], object()], ids=lambda thing: type(thing).__name__)
    def test_what_is_no_picture_at_all(self, thing: Any) -> None:
        with pytest.raises(TypeError, match=f"a {type(thing).__name__} is no picture: a path, bytes"):
            load(thing, _spec(13, 17))

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_bytes_of_every_kind(self, kind: Callable[[bytes], bytes]) -> None:
        data = _encode(Image.fromarray(NOISE), "PNG")
        np.testing.assert_array_equal(load(kind(data), _spec(5, 9)), load(data, _spec(5, 9)))

    def test_grey_frames_have_no_order(self) -> None:
        grey = NOISE[..., 0]
        np.testing.assert_array_equal(load(grey, _spec(5, 9), channel_order="BGR"), load(grey, _spec(5, 9)))

    @pytest.mark.parametrize("channels", [1, 3], ids=["grey", "RGB"])
    def test_one_of_the_inputs_size_is_not_copied(self, channels: int) -> None:
        frame = NOISE if channels == 3 else NOISE[..., 0]
        pixels = load(frame, _spec(13, 17, channels=channels))
        assert pixels.shape == (1, 13, 17, channels)
        assert np.shares_memory(pixels, NOISE)

    def test_crop_is_not_skipped(self) -> None:
        pixels = load(NOISE, _spec(13, 17, resize="crop", crop_fraction=0.5))
        assert not np.array_equal(pixels[0], NOISE)

    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_an_upright_picture_is_not_copied(self, mode: str) -> None:
        picture = Image.fromarray(NOISE).convert(mode)
        assert decode(picture) is picture
