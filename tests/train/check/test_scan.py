from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from edgesmith.runtime.errors import ImageError
from edgesmith.train.check.scan import Reading, read_pictures

Scene = Callable[..., Image.Image]


def read(*files: Path) -> list[Reading]:
    outcomes = read_pictures(files, advance=lambda _: None)
    assert not [outcome for outcome in outcomes if isinstance(outcome, ImageError)]
    return [outcome for outcome in outcomes if isinstance(outcome, Reading)]


def difference(first: Reading, second: Reading) -> int:
    return (int.from_bytes(first.bits, "big") ^ int.from_bytes(second.bits, "big")).bit_count()


def test_content_is_that_of_the_pixels_not_of_the_file(tmp_path: Path, scene: Scene) -> None:
    scene(1).save(tmp_path / "a.png")
    scene(1).save(tmp_path / "a.bmp")
    scene(2).save(tmp_path / "b.png")

    png, bmp, other = read(tmp_path / "a.png", tmp_path / "a.bmp", tmp_path / "b.png")

    assert png == bmp
    assert png.content != other.content


def test_equal_bytes_of_another_shape_are_another_content(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8)
    Image.fromarray(pixels.reshape(4, 6)).save(tmp_path / "wide.png")
    Image.fromarray(pixels.reshape(6, 4)).save(tmp_path / "high.png")

    wide, high = read(tmp_path / "wide.png", tmp_path / "high.png")

    assert (wide.width, wide.height, wide.grey) == (6, 4, True)
    assert wide.content != high.content


def test_hash_survives_what_people_do_to_photos_and_tells_scenes_apart(tmp_path: Path, scene: Scene) -> None:
    scene(1).save(tmp_path / "a.png")
    scene(1).save(tmp_path / "a.jpg", quality=40)
    scene(1).resize((200, 150)).save(tmp_path / "a-large.png")
    scene(1).convert("L").save(tmp_path / "a-grey.png")
    scene(2).save(tmp_path / "b.png")

    original, jpeg, large, grey, other = read(
        *(tmp_path / name for name in ("a.png", "a.jpg", "a-large.png", "a-grey.png", "b.png"))
    )

    assert max(difference(original, copy) for copy in (jpeg, large, grey)) <= 12
    assert difference(original, other) > 80


def test_picture_stored_lying_is_measured_upright(tmp_path: Path, scene: Scene) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(1, size=(80, 40)).save(tmp_path / "lying.jpg", exif=exif)

    [reading] = read(tmp_path / "lying.jpg")

    assert (reading.width, reading.height, reading.sideways) == (40, 80, True)


def test_contrast_of_one_colour_is_nothing(tmp_path: Path, scene: Scene) -> None:
    Image.new("RGB", (50, 50), (200, 90, 10)).save(tmp_path / "flat.png")
    scene(1).save(tmp_path / "scene.png")

    flat, rich = read(tmp_path / "flat.png", tmp_path / "scene.png")

    assert flat.contrast == 0
    assert rich.contrast > 20


def test_bad_files_come_back_as_errors_in_their_place(tmp_path: Path, scene: Scene) -> None:
    scene(1, size=(300, 300)).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-200])
    (tmp_path / "text.png").write_text("no picture")
    done: list[int] = []

    outcomes = read_pictures(
        [tmp_path / name for name in ("cut.jpg", "whole.jpg", "text.png", "absent.png")], advance=done.append
    )

    assert [isinstance(outcome, Reading) for outcome in outcomes] == [False, True, False, False]
    assert "truncated" in str(outcomes[0])
    assert sum(done) == 4
