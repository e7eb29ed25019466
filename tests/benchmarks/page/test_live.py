"""The live page in Chromium, before a camera that is a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from tests.benchmarks.page import colourmodel
from tests.benchmarks.page.receiver import Receiver, running
from tests.benchmarks.page.visiting import address, live_receiver, wait_for_stage

from edgesmith.runtime.classifier import Classifier

pytestmark = pytest.mark.slow

PHONE = ViewportSize(width=360, height=740)
HEIGHT, WIDTH = 240, 320
FRAMES_EACH, FRAMES_PER_SECOND = 5, 10

# Every best label that the page shows, in order, without repetitions.
WATCH = """
globalThis.seen = [];
document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const label = document.querySelector("#top li span")?.textContent;
  if (label && label !== globalThis.seen.at(-1)) globalThis.seen.push(label);
}).observe(document.getElementById("top"), {childList: true, subtree: true}));
"""

# The frames that the page was given, by their numbers.
FRAMES = """
globalThis.frames_seen = [];
const original = HTMLVideoElement.prototype.requestVideoFrameCallback;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (heard) {
  return original.call(this, (now, metadata) => {
    globalThis.frames_seen.push(metadata.presentedFrames);
    heard(now, metadata);
  });
};
"""


def _planes(pixels: NDArray[np.uint8]) -> bytes:
    """Y, U and V of a picture, 4:2:0."""
    y, u, v = (np.asarray(plane) for plane in Image.fromarray(pixels).convert("YCbCr").split())
    half = [plane.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean((1, 3)).astype(np.uint8) for plane in (u, v)]
    return b"".join(plane.tobytes() for plane in (y, *half))


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pictures in turn, half a second each, as Chromium's fake camera reads them (YUV4MPEG2, full range)."""
    path = tmp_path_factory.mktemp("camera") / "colours.y4m"
    with path.open("wb") as file:
        header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n"
        file.write(header.encode())
        for colour in colourmodel.COLOURS:
            frame = _planes(colourmodel.picture(colour, seed=1, height=HEIGHT, width=WIDTH))
            file.write((b"FRAME\n" + frame) * FRAMES_EACH)
    return path


@pytest.fixture
def page(open_chromium: Callable[..., Browser], camera: Path) -> Iterator[Page]:
    browser = open_chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, permissions=["camera"])
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


@pytest.fixture(params=["int8.tflite", "float32.onnx"])
def receiver(request: pytest.FixtureRequest, deployed: Path) -> Receiver:
    return live_receiver(deployed / f"colours-{request.param}")


def test_ten_pictures_before_the_camera_are_ten_right_classes(
    page: Page, receiver: Receiver, tmp_path: Path
) -> None:
    with running(receiver) as site:
        page.goto(address(site))
        wait_for_stage(page, "Ready")
        page.get_by_role("button", name="Start camera").click()
        page.wait_for_function("() => globalThis.seen.length >= 21")
        page.get_by_role("button", name="Freeze").click()
        seen = page.evaluate("globalThis.seen")
        frozen = page.locator("#top li").first.inner_text()
        page.wait_for_timeout(1500)
        assert page.locator("#top li").first.inner_text() == frozen
        assert page.locator("#still").is_visible()
        assert page.locator("#top li").count() == 3
        assert float(page.locator("#rate").inner_text()) > 5
        page.screenshot(path=tmp_path / "live.png", full_page=True)
        page.get_by_role("button", name="Freeze").click()
        page.wait_for_function("length => globalThis.seen.length > length", arg=len(seen))
        page.get_by_role("button", name="Stop camera").click()
        assert page.locator("#video").is_hidden()
    colours = list(colourmodel.COLOURS)
    first = colours.index(seen[1])  # the very first frame may be any
    assert seen[1:21] == [colours[(first + step) % 10] for step in range(20)]


def test_a_camera_that_is_started_again_shows_each_frame_once(page: Page, deployed: Path) -> None:
    """A loop that still waited for a frame of the first camera would go on beside that of the second."""
    page.context.add_init_script(FRAMES)
    with running(live_receiver(deployed / "colours-int8.tflite")) as site:
        page.goto(address(site))
        wait_for_stage(page, "Ready")
        for _ in range(3):
            page.get_by_role("button", name="Start camera").click()
            page.wait_for_function("() => document.querySelector('#top li')")
            page.get_by_role("button", name="Stop camera").click()
        page.evaluate("globalThis.frames_seen = []")
        page.get_by_role("button", name="Start camera").click()
        page.wait_for_function("() => globalThis.frames_seen.length >= 12")
        seen = page.evaluate("globalThis.frames_seen")
    # The first frame ends the wait of whoever still listens to the cameras before.
    assert len(set(seen[4:])) == len(seen[4:])


def test_a_chosen_picture_gives_what_the_runtime_gives(page: Page, deployed: Path, tmp_path: Path) -> None:
    file = deployed / "colours-int8.tflite"
    receiver = live_receiver(file)
    pixels = colourmodel.picture("magenta", seed=3)
    Image.fromarray(pixels).save(tmp_path / "magenta.png")
    with Classifier(file) as classify:
        expected = [f"{one.label}\n{one.score * 100:.1f} %" for one in classify(pixels).top(3)]
    with running(receiver) as site:
        page.goto(address(site))
        wait_for_stage(page, "Ready")
        page.get_by_label("Choose a picture").set_input_files(tmp_path / "magenta.png")
        wait_for_stage(page, "This is magenta.png")
        shown = page.locator("#top li").all_inner_texts()
        bars = [box["width"] for bar in page.locator(".bar").all() if (box := bar.bounding_box())]
        assert bars[0] > 150 > max(bars[1:], default=0)
        page.get_by_text("<b>teal</b> 50.0 %").wait_for()
        page.screenshot(path=tmp_path / "chosen.png", full_page=True)
    assert [text.strip() for text in shown] == expected
    assert receiver.requested[-1].startswith("classify image/png ")


def test_what_is_no_picture_is_said_and_the_page_lives_on(page: Page, deployed: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with running(live_receiver(deployed / "colours-int8.tflite")) as site:
        page.goto(address(site))
        wait_for_stage(page, "Ready")
        page.get_by_label("Choose a picture").set_input_files(tmp_path / "broken.png")
        page.get_by_text("broken.png is no picture that this browser can read.").wait_for()
        page.get_by_role("button", name="Start camera").click()
        page.wait_for_function("() => globalThis.seen.length >= 2")
        assert page.locator("#alarm").is_hidden()
