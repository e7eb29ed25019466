import csv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def test_every_picture_gets_a_line(
    example: Callable[[str], ModuleType], model: Path, paint: Callable[..., Path], tmp_path: Path
) -> None:
    photos = paint("photos/red", "photos/blue") / "photos"
    (photos / "broken.png").write_bytes(b"\x89PNG")

    counts = example("classify_folder").classify_folder(model, photos, tmp_path / "answers.csv")

    assert counts == {"red": 3, "blue": 3, "": 1}
    with (tmp_path / "answers.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [Path(line["file"]).parent.name for line in lines if line["label"] == "red"] == ["red"] * 3
    (bad,) = (line for line in lines if not line["label"])
    assert "broken.png" in bad["error"]
    assert all(float(line["score"]) > 0.9 for line in lines if line["label"])
