from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

av = pytest.importorskip("av", reason="needs the extra video")

COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def _film(path: Path, colours: Sequence[str]) -> Path:
    """A video of ten frames a second, each of one colour."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for colour in colours:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), COLOURS[colour], np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_a_change_is_told_once_and_an_odd_frame_is_not(
    example: Callable[[str], ModuleType], model: Path, tmp_path: Path
) -> None:
    colours = ["red"] * 10 + ["blue"] + ["red"] * 9 + ["blue"] * 10
    film = _film(tmp_path / "clip.mp4", colours)

    told = list(example("camera_loop").changes(str(model), str(film)))

    assert [label for _, label in told] == ["red", "blue"]
    assert told[0][0] == 0.0
    assert 2.0 < told[1][0] < 2.6  # the third of five frames tips the mean, at 2.2 s; one more for the lead
