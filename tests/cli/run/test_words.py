"""The command lines, each read back by the part's own parser."""

from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli.parts import parser_of
from edgesmith.cli.run.settings import BenchSettings, CheckSettings, ConvertSettings, ModelSettings, Settings
from edgesmith.cli.run.stages import stages_of
from edgesmith.cli.run.words import words_of

SETTINGS = Settings(
    data="photos",
    seed=7,
    check=CheckSettings(strict=True, image_size=96),
    model=(
        ModelSettings(name="a", network="mobilenet_v2", alpha=0.35, flip=False, epochs=3),
        ModelSettings(
            name="b",
            recipe="distill",
            teacher="a",
            unfreeze_from=0.5,
            convert=ConvertSettings(equalize=False, keep_float=("x/*",), precision=("mixed",)),
        ),
    ),
    convert=ConvertSettings(precision=("float32", "int8"), equalize=True, io="int8"),
    bench=BenchSettings(
        threads=(1, 2), engine=("onnxruntime", "ai-edge-litert"), quick=True, device=("local", "adb")
    ),
)


def parsed(name: str, folder: Path) -> dict[str, Any]:
    (stage,) = (stage for stage in stages_of(SETTINGS) if stage.name == name)
    words = words_of(stage, SETTINGS, folder=folder, results=folder / "results", made=folder / "made")
    assert words[0] == stage.kind
    return vars(parser_of(stage.kind).parse_args([str(word) for word in (*words[1:], "--json")]))


def test_check(tmp_path: Path) -> None:
    found = parsed("check", tmp_path)
    assert (found["data"], found["strict"], found["image_size"]) == ("photos", True, 96)


def test_train(tmp_path: Path) -> None:
    found = parsed("train a", tmp_path)
    assert (found["data"], found["output"], found["resume"]) == ("photos", Path("made"), True)
    assert (found["model"], found["alpha"], found["horizontal_flip"]) == ("mobilenet_v2", 0.35, False)
    assert (found["epochs"], found["seed"]) == (3, 7)
    assert found["recipe"] is None


def test_a_model_above_is_its_run(tmp_path: Path) -> None:
    found = parsed("train b", tmp_path)
    assert (found["recipe"], found["teacher"]) == ("distill", Path("results/runs/a"))
    assert found["unfreeze_from"] == "0.5"


def test_convert_has_its_own_keys_before_the_common_ones(tmp_path: Path) -> None:
    first, second = parsed("convert a", tmp_path), parsed("convert b", tmp_path)
    assert (first["model"], first["output"]) == (Path("results/runs/a"), Path("made"))
    assert (first["precision"], first["equalize"], first["io"]) == (["float32", "int8"], True, "int8")
    assert (second["precision"], second["equalize"], second["io"]) == (["mixed"], False, "int8")
    assert (second["keep_float"], second["seed"]) == (["x/*"], 7)


def test_verify_takes_every_file_for_devices(tmp_path: Path) -> None:
    deploy = tmp_path / "results" / "deploy" / "a"
    deploy.mkdir(parents=True)
    for name in ("a-int8.tflite", "a-int8.onnx", "convert.json"):
        (deploy / name).touch()
    assert [file.name for file in parsed("verify a", tmp_path)["models"]] == ["a-int8.onnx", "a-int8.tflite"]


def test_bench_measures_all_models_on_the_test_images_of_the_first(tmp_path: Path) -> None:
    found = parsed("bench", tmp_path)
    assert found["models"] == [Path("results/deploy/a"), Path("results/deploy/b")]
    assert (found["data"], found["output"]) == (Path("results/runs/a"), Path("made"))
    assert (found["threads"], found["quick"], found["resume"]) == ((1, 2), True, True)
    assert found["engine"] == ["onnxruntime", "ai-edge-litert"]
    assert (found["device"], found["seed"]) == (["local", "adb"], 7)


def test_a_folder_elsewhere_is_named_in_full(tmp_path: Path) -> None:
    stage = stages_of(SETTINGS)[1]
    elsewhere = tmp_path / "elsewhere"
    words = words_of(stage, SETTINGS, folder=tmp_path / "project", results=elsewhere, made=elsewhere / "made")
    assert words[3] == elsewhere / "made"


@pytest.mark.parametrize(("until", "count"), [("check", 1), ("train", 3), ("verify", 7), ("bench", 8)])
def test_until(until: Any, count: int) -> None:
    assert len(stages_of(SETTINGS, until=until)) == count
