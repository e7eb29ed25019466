import sys
from collections.abc import Callable, Generator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edgesmith.runtime import Classifier, images
from edgesmith.runtime.errors import DataError, ImageError, MissingExtraError
from edgesmith.runtime.streams import StreamOptions
from edgesmith.runtime.streams.video import VideoSource, upright_pixels

Colours = dict[str, NDArray[np.uint8]]
RATE = 10
NAMES = ["red", "green", "blue", "red", "green", "blue"]


def _encode(path: Path, frames: list[NDArray[np.uint8]], *, codec: str = "mpeg4", rate: int = RATE) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        stream.gop_size = 1  # each frame by itself, so that damage stays where it is
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def video(colour: Colours, tmp_path: Path) -> Path:
    """Six frames of 64x48, a tenth of a second each, in the colours of NAMES."""
    return _encode(tmp_path / "a.mp4", [np.tile(colour[name], (6, 8, 1)) for name in NAMES])


def test_frames_with_their_times(classify: Classifier, video: Path) -> None:
    results = list(classify.stream(video))
    assert [result.best.label for result in results if result.best] == NAMES
    assert [(result.source, result.number) for result in results] == [(str(video), n) for n in range(6)]
    assert [result.seconds for result in results] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_frame_every_so_often(classify: Classifier, video: Path) -> None:
    results = list(classify.stream(video, StreamOptions(every=0.2)))
    assert [result.number for result in results] == [0, 2, 4]


def test_pixels_are_rgb(video: Path) -> None:
    first = next(VideoSource(video).frames()).read()
    assert isinstance(first, np.ndarray)
    assert first.shape == (48, 64, 3)
    np.testing.assert_allclose(first[24, 32], [255, 0, 0], atol=6)


@pytest.mark.parametrize(
    ("rotation", "turned"),
    [(0, lambda a: a), (90, np.rot90), (180, lambda a: np.rot90(a, 2)), (-90, lambda a: np.rot90(a, -1))],
)
def test_frames_are_turned_upright(
    rotation: int, turned: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], noise: NDArray[np.uint8]
) -> None:
    class Picture:
        height, width = noise.shape[:2]

        def to_ndarray(self, *, format: str) -> NDArray[np.uint8]:  # noqa: A002 - PyAV's word
            assert format == "rgb24"
            return noise

    picture = Picture()
    picture.rotation = rotation  # type: ignore[attr-defined]  # a stand-in
    np.testing.assert_array_equal(upright_pixels(picture, name="a.mp4"), turned(noise))  # type: ignore[arg-type]  # a stand-in


def test_a_frame_that_ffmpeg_cannot_convert() -> None:
    class Picture:
        height, width = 4, 4

        def to_ndarray(self, *, format: str) -> NDArray[np.uint8]:  # noqa: A002 - PyAV's word
            assert format == "rgb24"
            raise av.OSError(95, "Operation not supported")

    with pytest.raises(ImageError, match=r"a\.ts: a frame cannot be converted to RGB: .*not supported"):
        upright_pixels(Picture(), name="a.ts")  # type: ignore[arg-type]  # a stand-in


def test_a_damaged_frame_is_an_error_and_the_next_ones_follow(
    classify: Classifier, colour: Colours, tmp_path: Path
) -> None:
    path = _encode(tmp_path / "a.avi", [np.tile(colour[name], (6, 8, 1)) for name in NAMES], codec="mjpeg")
    data = bytearray(path.read_bytes())
    starts = [place for place in range(len(data)) if data[place : place + 3] == b"\xff\xd8\xff"]
    assert len(starts) == 6
    payload = slice(starts[2], starts[3] - 8)  # up to the next chunk's head
    data[payload] = bytes(payload.stop - payload.start)
    path.write_bytes(data)
    results = list(classify.stream(path))
    errors = [result.error for result in results if result.error]
    assert len(errors) == 1
    assert errors[0].startswith(f"{path}: frame 2 is damaged: ")
    assert [result.best.label for result in results if result.best] == [
        "red",
        "green",
        "red",
        "green",
        "blue",
    ]


def test_a_truncated_video_gives_what_is_there(classify: Classifier, colour: Colours, tmp_path: Path) -> None:
    path = _encode(tmp_path / "a.avi", [np.tile(colour[name], (6, 8, 1)) for name in NAMES], codec="mjpeg")
    path.write_bytes(path.read_bytes()[:-800])
    assert [r.best.label for r in classify.stream(path) if r.best][:4] == NAMES[:4]


def test_a_title_that_is_not_utf8(classify: Classifier, colour: Colours, tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Walk-TITLE"
        stream = container.add_stream("mjpeg", rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(np.tile(colour["red"], (6, 8, 1)), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode()])
    data = path.read_bytes()
    assert b"Walk-TITLE" in data
    path.write_bytes(data.replace(b"Walk-TITLE", b"Walk-TITL\xe9"))
    assert [result.best.label for result in classify.stream(path) if result.best] == ["red"]


@pytest.mark.parametrize("kind", [IndexError, av.InvalidDataError], ids=["PyAV's index", "FFmpeg's error"])
def test_a_file_that_breaks_off_ends_with_an_error(
    kind: type[Exception], classify: Classifier, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = av.open

    class Breaking:
        def __init__(self, name: str, **options: Any) -> None:
            self.container = opened(name, **options)
            self.streams = self.container.streams

        def __enter__(self) -> "Breaking":
            return self

        def __exit__(self, *_: object) -> None:
            self.container.close()

        def demux(self, stream: Any) -> Generator[Any, None, None]:
            packets = self.container.demux(stream)
            yield next(packets)
            yield next(packets)
            raise kind(1, "no such stream")

    monkeypatch.setattr(av, "open", Breaking)
    results = list(classify.stream(video))
    assert [result.best.label for result in results[:-1] if result.best] == NAMES[: len(results) - 1]
    assert len(results) > 1
    assert str(results[-1].error).startswith(f"{video}: frame {len(results) - 1} is damaged: ")


def test_frames_with_too_many_pixels(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 48 * 64 - 1)
    with pytest.raises(ImageError, match=r"a\.mp4: 64x48 pixels are more than the 3071 allowed"):
        next(VideoSource(video).frames()).read()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.mp4", None, "is not a video that can be read: No such file"),
        ("text.mp4", b"These are the days\n" * 99, "is not a video that can be read: Invalid data"),
        ("empty.mp4", b"", "is not a video that can be read"),
    ],
)
def test_what_is_no_video(
    name: str, content: bytes | None, message: str, classify: Classifier, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(classify.stream(tmp_path / name))


@pytest.mark.parametrize("name", ["http:a.mp4", "concat:a.mp4", "data:,a.mp4", "a:b%d.mp4", "pipe:0.mp4"])
def test_a_name_is_never_an_address(
    name: str, classify: Classifier, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(video.parent)
    video.rename(name)
    assert [result.best.label for result in classify.stream(name) if result.best] == NAMES


@pytest.mark.parametrize(
    "script",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{other}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    ],
    ids=["HLS", "concat", "SDP"],
)
@pytest.mark.parametrize("suffix", [".ts", ".mp4"])
def test_a_file_that_names_others_to_open_is_no_video(
    script: str, suffix: str, classify: Classifier, video: Path, tmp_path: Path
) -> None:
    list_of_others = tmp_path / f"list{suffix}"
    list_of_others.write_text(script.format(other=video.name))
    with pytest.raises(DataError, match="is not a video that can be read"):
        list(classify.stream(list_of_others))


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        (".mp4", "mpeg4"), (".m4v", "mpeg4"), (".mov", "mjpeg"), (".mkv", "mpeg4"), (".avi", "mjpeg"),
        (".ts", "mpeg2video"), (".mpg", "mpeg2video"), (".mjpeg", "mjpeg"),
    ],
)  # fmt: skip
def test_what_the_suffixes_hold(
    suffix: str, codec: str, classify: Classifier, colour: Colours, tmp_path: Path
) -> None:
    path = _encode(tmp_path / f"a{suffix}", [np.tile(colour["blue"], (6, 8, 1))] * 30, codec=codec, rate=25)
    results = list(classify.stream(path))
    assert len(results) >= 29
    assert {result.best.label for result in results if result.best} == {"blue"}


def test_without_pyav(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError) as caught:
        next(VideoSource(video).frames())
    assert "edgesmith[video]" in str(caught.value.tip)


def test_stopping(video: Path) -> None:
    source = VideoSource(video)
    frames = source.frames()
    next(frames)
    source.stop()
    assert list(frames) == []
