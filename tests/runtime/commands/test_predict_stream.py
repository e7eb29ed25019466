"""`predict` on what does not end by itself, or comes frame by frame."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from edgesmith.cli import main
from edgesmith.runtime import Classifier
from edgesmith.runtime.images import ChannelOrder, ImageSource
from edgesmith.runtime.streams.camera import CameraLostError, CameraSource

Capture = pytest.CaptureFixture[str]
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Red, green and blue, two frames each, a quarter of a second apart."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=4)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        for value in COLOURS.values():
            for _ in range(2):
                pixels = np.full((48, 64, 3), value, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def _run(words: list[str | Path], capsys: Capture) -> tuple[int, list[str], str]:
    code = main(["predict", *map(str, words)])
    printed = capsys.readouterr()
    return code, printed.out.splitlines(), printed.err


def test_a_video_as_text(models: dict[str, Path], video: Path, capsys: Capture) -> None:
    code, lines, err = _run([models["float onnx"], video, "--every", "0.5s"], capsys)
    assert (code, err) == (0, "")
    assert lines == [
        f"{video} 0.00 s: red 100.0 %",
        f"{video} 0.50 s: green 100.0 %",
        f"{video} 1.00 s: blue 100.0 %",
    ]


def test_a_video_as_json_lines(models: dict[str, Path], video: Path, capsys: Capture) -> None:
    _, lines, _ = _run([models["float onnx"], video, "--json-lines", "--top", "2"], capsys)
    documents = [json.loads(line) for line in lines]
    assert [document["top"][0]["label"] for document in documents] == ["red"] * 2 + ["green"] * 2 + [
        "blue"
    ] * 2
    assert list(documents[0]) == ["file", "frame", "seconds", "dropped", "top", "sure"]
    assert [(d["frame"], d["seconds"]) for d in documents] == [(n, n / 4) for n in range(6)]
    assert all(len(document["top"]) == 2 for document in documents)


def test_a_video_as_one_document(models: dict[str, Path], video: Path, capsys: Capture) -> None:
    _, lines, _ = _run([models["float onnx"], video, "--json"], capsys)
    assert len(json.loads("\n".join(lines))["results"]) == 6


def test_doubt_is_said(models: dict[str, Path], video: Path, capsys: Capture) -> None:
    words: list[str | Path] = [
        models["float onnx"],
        video,
        "--smooth",
        "2",
        "--min-margin",
        "0.2",
        "--top",
        "2",
    ]
    _, lines, _ = _run(words, capsys)
    doubtful = [line for line in lines if "not sure" in line]
    assert [line.partition(":")[0] for line in doubtful] == [f"{video} 0.50 s", f"{video} 1.00 s"]
    assert doubtful[0].count("50.0 %") == 2
    assert lines[3] == f"{video} 0.75 s: green 100.0 %  red 0.0 %"


def test_pictures_in_json_lines_keep_their_order_and_errors(
    models: dict[str, Path], photo: Callable[[Path, str], Path], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "b.png").write_bytes(b"no picture")
    files = [photo(tmp_path / "c.png", "blue"), tmp_path / "b.png", photo(tmp_path / "a.png", "red")]
    code, lines, err = _run([models["float onnx"], *files, "--json-lines"], capsys)
    documents = [json.loads(line) for line in lines]
    assert code == 1
    assert [document["file"] for document in documents] == [str(file) for file in files]
    assert documents[1] == {"file": str(files[1]), "error": f"{files[1]} is not an image that can be read"}
    assert "1 of 3 images" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["camera:0", "--json"], "--json is one document, and a camera has no end"),
        (["camera:0", "a.jpg"], "camera:0 never ends"),
        (["camera:77"], "the camera /dev/video77 cannot be opened: No such file"),
        (["gone.mp4"], "gone.mp4 is not a video that can be read"),
        (["a.jpg", "--every", "0"], "every 0 s; a number above 0 is needed"),
        (["a.jpg", "--smooth", "0"], "smooth 0; at least 1 is needed"),
        (["a.jpg", "--every", "1s"], "--every: of no use for images"),
        (["a.jpg", "b.jpg", "--smooth", "5"], "--smooth: of no use for images"),
        (["a.jpg", "--every", "1", "--when-behind", "drop"], "--every and --when-behind: of no use"),
        ([""], "the name of a source is empty"),
        (["a.jpg", "--min-score", "60"], "min_score 60 is outside 0..1"),
        (["shots/*.jpg"], "no file matches 'shots/*.jpg'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be(words: list[str], message: str, models: dict[str, Path], capsys: Capture) -> None:
    code, lines, err = _run([models["float onnx"], *words], capsys)
    assert (code, lines) == (1, [])
    assert message in err


class Camera:
    """Gives red, vanishes, and gives red again until the test has seen enough."""

    name = "stand-in"
    channel_order: ChannelOrder = "RGB"

    def __init__(self, after: Callable[[int], None]) -> None:
        self.given, self.after = 0, after

    def pictures(self) -> Generator[Callable[[], ImageSource], None, None]:
        while True:
            self.given += 1
            if self.given == 3:
                raise CameraLostError("No such device")
            yield lambda: np.full((8, 8, 3), (255, 0, 0), np.uint8)
            self.after(self.given)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What a shell starts in the background ignores SIGINT, and so do its children; a terminal's programs do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("number", "code", "last_words"),
    [(signal.SIGTERM, 0, ""), (signal.SIGINT, 130, "edgesmith: interrupted\n")],
    ids=["SIGTERM", "Ctrl-C"],
)
def test_a_camera_until_a_signal(
    number: signal.Signals,
    code: int,
    last_words: str,
    models: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    def after(given: int) -> None:
        if given == 6:
            os.kill(os.getpid(), number)

    monkeypatch.setattr("edgesmith.runtime.streams.camera.FIRST_WAIT", 0.01)
    opened: list[CameraSource] = []

    def open_camera(names: list[str], *, notice: Callable[[str], None]) -> CameraSource:
        opened.append(CameraSource(Camera(after), notice=notice))
        return opened[0]

    monkeypatch.setattr("edgesmith.runtime.commands.predict.open_sources", open_camera)
    before = signal.getsignal(signal.SIGTERM)
    got, lines, err = _run(
        [models["float onnx"], "camera:0", "--json-lines", "--when-behind", "wait"], capsys
    )
    assert got == code
    assert [json.loads(line)["top"][0]["label"] for line in lines][:2] == ["red", "red"]
    assert "edgesmith predict: stand-in is lost: No such device; trying again in 0.01 s\n" in err
    assert "edgesmith predict: stand-in is back after " in err
    assert err.endswith(last_words)
    assert signal.getsignal(signal.SIGTERM) is before


def test_sigterm_ends_a_process_cleanly(models: dict[str, Path]) -> None:
    """As a service manager meets it: a process with a camera that never ends."""
    program = f"""
import sys, time
import numpy as np
from edgesmith.cli import main
from edgesmith.runtime.streams import sources
from edgesmith.runtime.streams.camera import CameraSource
class Slow:
    name, channel_order = "slow", "RGB"
    def pictures(self):
        try:
            while True:
                yield lambda: np.zeros((8, 8, 3), np.uint8)
                time.sleep(0.05)
        finally:
            print("released", file=sys.stderr, flush=True)
sources._named = lambda name, notice: CameraSource(Slow(), notice=notice)
sys.exit(main(["predict", {str(models["float onnx"])!r}, "camera:0", "--json-lines"]))
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["file"] == "slow"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert all(json.loads(line)["file"] == "slow" for line in out.splitlines())
    assert err == "released\n"


@pytest.mark.parametrize("form", ["--json", "--json-lines"])
def test_sigterm_among_files_is_no_success(
    form: str,
    models: dict[str, Path],
    photo: Callable[[Path, str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    files = [photo(tmp_path / f"{number}.png", "red") for number in range(9)]
    invoke, done = Classifier.invoke, 0

    def interrupted(self: Classifier, pixels: Any) -> Any:
        nonlocal done
        done += 1
        if done == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return invoke(self, pixels)

    monkeypatch.setattr(Classifier, "invoke", interrupted)
    code, lines, err = _run([models["float onnx"], *files, form], capsys)
    results = (
        json.loads("\n".join(lines))["results"] if form == "--json" else [json.loads(line) for line in lines]
    )
    assert [result["file"] for result in results] == [str(file) for file in files[:3]]
    assert (code, err) == (143, "edgesmith predict: stopped after 3 of the images\n")


def test_the_same_video_twice(models: dict[str, Path], video: Path, capsys: Capture) -> None:
    code, lines, _ = _run([models["float onnx"], video, video, "--every", "0.5s", "--smooth", "2"], capsys)
    assert code == 0
    assert len(lines) == 6
    assert lines[:3] == lines[3:]


def test_an_interval_that_is_no_number(models: dict[str, Path], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["predict", str(models["float onnx"]), "a.mp4", "--every", "often"])
    assert caught.value.code == 2
    assert "invalid seconds value: 'often'" in capsys.readouterr().err


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_at_a_pipe_that_nobody_writes_to(models: dict[str, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    words = ["predict", str(models["float onnx"]), str(tmp_path / "a.jpg")]
    with subprocess.Popen(
        [sys.executable, "-m", "edgesmith", *words], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _wait_until_blocked(process)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=2.5)
        finally:
            process.kill()
    assert (process.returncode, said) == (130, "edgesmith: interrupted\n")


def _wait_until_blocked(process: "subprocess.Popen[str]") -> None:
    """Until one of its threads waits for the other end of the pipe (proc(5): wchan)."""
    for _ in range(600):
        tasks = Path(f"/proc/{process.pid}/task").glob("*/wchan")
        if any(task.read_text() in ("wait_for_partner", "fifo_open") for task in tasks):
            return
        time.sleep(0.05)
    pytest.fail("it never came to the pipe")
