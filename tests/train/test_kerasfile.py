import json
import zipfile
from pathlib import Path
from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.kerasfile import make_repeatable


def config(first: int, second: int) -> dict[str, Any]:
    """Three layers, of which the last two share a policy: as Keras writes it, with addresses."""
    return {
        "layers": [
            {"dtype": {"name": "float32"}, "shared_object_id": first},
            {"dtype": {"name": "float32", "shared_object_id": second}},
            {"dtype": {"name": "float32", "shared_object_id": second}},
        ]
    }


def write(file: Path, *, date: str, year: int, addresses: tuple[int, int]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {
            "metadata.json": json.dumps({"keras_version": "3.15.1", "date_saved": date}),
            "config.json": json.dumps(config(*addresses)),
            "model.weights.h5": "weights" * 1000,
        }.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(year, 5, 6, 7, 8, 9)), content)


def test_two_saves_of_one_network_have_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.keras", tmp_path / "second.keras"
    write(first, date="2026-11-22@12:00:00", year=2026, addresses=(140222, 140333))
    write(second, date="2027-01-01@00:00:00", year=2027, addresses=(990, 550))
    make_repeatable(first)
    make_repeatable(second)

    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.keras", "second.keras"]


def test_everything_else_stays(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    write(file, date="2026-11-22@12:00:00", year=2026, addresses=(140222, 140333))
    make_repeatable(file)

    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert archive.read("model.weights.h5") == b"weights" * 1000
        assert json.loads(archive.read("metadata.json"))["keras_version"] == "3.15.1"
        assert json.loads(archive.read("config.json")) == config(1, 2)  # what was shared still is
        assert archive.testzip() is None


def test_keras_itself_saves_the_same_bytes_twice_and_reads_them(tmp_path: Path) -> None:
    def build() -> Any:
        image = keras.Input((8, 8, 3), name="image")
        tensor = keras.layers.Conv2D(2, 3, kernel_initializer="ones", name="convolution")(image)
        return keras.Model(image, keras.layers.Flatten(name="flatten")(tensor), name="net")

    kept = []  # so that the second is not built where the first was
    for name in ("first.keras", "second.keras"):
        kept.append(build())
        kept[-1].save(tmp_path / name)
        make_repeatable(tmp_path / name)

    assert (tmp_path / "first.keras").read_bytes() == (tmp_path / "second.keras").read_bytes()
    assert keras.saving.load_model(tmp_path / "first.keras").count_params() == 56
