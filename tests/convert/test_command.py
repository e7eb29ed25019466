"""`edgesmith convert`, end to end: what it writes, what it prints, and what it refuses before it writes."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from edgesmith.cli import main
from edgesmith.convert import conversion
from edgesmith.convert.guard import climb
from edgesmith.convert.guard.judgement import judge
from edgesmith.convert.guard.rungs import Rung
from edgesmith.convert.packaging import package_tflite
from edgesmith.convert.sources.tflite_file import load_tflite
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.runrecord import sha256_of

FILES = [
    f"colours-{precision}.{suffix}" for precision in ("float32", "int8") for suffix in ("tflite", "onnx")
]
WriteRun = Callable[[Path, Path], Path]


def convert(*words: str | Path) -> int:
    return main(["convert", *map(str, words)])


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.txt"
    file.write_text("blue\ngreen\nred\n")
    return file


def document(deployed: Path) -> Any:
    return json.loads((deployed / "convert.json").read_bytes())


def test_writes_the_files_of_the_design(deployed: Path) -> None:
    assert sorted(file.name for file in deployed.iterdir()) == sorted(
        [*FILES, "convert.html", "convert.json", "convert.md"]
    )


def test_convert_json_has_the_keys_of_the_design(deployed: Path) -> None:
    content = document(deployed)
    assert next(iter(content)) == "schema"
    assert content["schema"] == "edgesmith.convert/1"
    assert {
        "name",
        "source",
        "files",
        "calibration_images",
        "settings",
        "input_offset",
        "guard",
        "quantization",
        "warnings",
        "seconds",
    } <= set(content)
    assert set(content["source"]) == {"name", "framework", "sha256", "accuracy"}
    for file in content["files"]:
        assert {
            "path",
            "format",
            "precision",
            "bytes",
            "sha256",
            "int8_share",
            "parity",
            "accuracy",
            "seconds",
        } <= set(file)
        assert {
            "max_abs_difference",
            "top1_agreement",
            "identical_share",
            "images",
            "against",
        } <= set(file["parity"])
        assert {"top1", "top5", "images", "interval"} <= set(file["accuracy"])


def test_convert_json_is_true(deployed: Path, run_folder: Path) -> None:
    content = document(deployed)
    assert content["name"] == "colours"
    assert content["source"]["sha256"] == sha256_of(run_folder / "model.keras")
    assert content["calibration_images"] == 24
    assert [file["path"] for file in content["files"]] == FILES
    for file in content["files"]:
        path = deployed / file["path"]
        assert (file["bytes"], file["sha256"]) == (path.stat().st_size, sha256_of(path))
        assert file["parity"]["images"] == 12 + 24
        assert file["parity"]["images_from"] == "evaluation and calibration"
        assert file["accuracy"]["images"] == content["source"]["accuracy"]["images"] == 12
        assert file["accuracy"]["top1"] == content["source"]["accuracy"]["top1"] == 1.0


def test_precisions_are_what_they_are_called(deployed: Path) -> None:
    by_path = {file["path"]: file for file in document(deployed)["files"]}
    for path, file in by_path.items():
        int8 = "int8" in path
        assert file["int8_share"] == (1.0 if int8 else 0.0)
        assert file["parity"]["max_abs_difference"] < (0.1 if int8 else 1e-5)
        assert file["parity"]["top1_agreement"] == 1.0
    assert by_path["colours-int8.onnx"]["parity"]["identical_share"] == 1.0
    assert by_path["colours-int8.onnx"]["parity"]["identical_to"] == "colours-int8.tflite"


@pytest.mark.parametrize("name", FILES)
def test_files_carry_their_metadata(name: str, deployed: Path, run_folder: Path) -> None:
    spec = read_spec(deployed / name)
    assert (spec.name, spec.labels) == ("colours", ("blue", "green", "red"))
    assert spec.precision == name.removeprefix("colours-").partition(".")[0]
    assert spec.input.shape == (1, 16, 16, 3)
    assert spec.source.sha256 == sha256_of(run_folder / "model.keras")
    assert len(spec.golden.outputs) == 4


@pytest.mark.parametrize("name", FILES)
def test_files_hold_no_paths(name: str, deployed: Path, run_folder: Path, photos: Path) -> None:
    content = (deployed / name).read_bytes()
    for path in (deployed, run_folder, photos, Path.cwd(), Path.home() / "x", Path("/tmp/tmp")):  # noqa: S108 - looked for
        assert str(path).encode() not in content


def test_verify_finds_int8_identical(deployed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *(str(deployed / name) for name in FILES), "--json"]) == 0
    results = json.loads(capfd.readouterr().out)["results"]
    outcomes = {Path(result["file"]).name: result["outcome"] for result in results}
    assert outcomes["colours-int8.tflite"] == outcomes["colours-int8.onnx"] == "identical"
    assert outcomes["colours-float32.tflite"] in ("identical", "within")


@pytest.mark.parametrize("name", ["colours-int8.tflite", "colours-int8.onnx"])
def test_inspect_lists_operators(name: str, deployed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(deployed / name), "--json"]) == 0
    content = json.loads(capfd.readouterr().out)
    assert content["int8_share"] == 1.0
    assert content["input"]["dtype"] == content["output"]["dtype"] == "uint8"


def test_markdown_names_every_file(deployed: Path) -> None:
    text = (deployed / "convert.md").read_text()
    assert all(f"| {name} |" in text for name in FILES)
    assert "Measured on 36 images (evaluation and calibration)" in text


def test_twice_gives_the_same_bytes(deployed: Path, run_folder: Path, tmp_path: Path) -> None:
    assert convert(run_folder, "-o", tmp_path / "again") == 0
    for name in FILES:
        assert sha256_of(tmp_path / "again" / name) == sha256_of(deployed / name), name


def test_json_is_one_document_in_a_process_of_its_own(
    colour_file: Path, labels: Path, deployed: Path, tmp_path: Path
) -> None:
    """float32 alone needs no images: parity comes from the golden inputs. The bytes are those of any process."""
    words = ["convert", colour_file, "-o", tmp_path / "deploy", "--labels", labels, "--precision", "float32"]
    done = subprocess.run(
        [sys.executable, "-m", "edgesmith", *map(str, words), "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert done.returncode == 0, done.stderr.decode()
    content = json.loads(done.stdout)
    assert content == document(tmp_path / "deploy")
    assert content["calibration_images"] == 0
    for file in content["files"]:
        assert (file["parity"]["images_from"], file["parity"]["images"]) == ("golden", 4)
        assert file["accuracy"] is None
        assert sha256_of(tmp_path / "deploy" / file["path"]) == sha256_of(deployed / file["path"])


def test_calibration_folder_alone_is_what_parity_is_measured_on(
    colour_file: Path, labels: Path, photos: Path, tmp_path: Path
) -> None:
    words = (
        "--labels",
        labels,
        "--calibration",
        photos / "train",
        "--precision",
        "int8",
        "--format",
        "tflite",
    )
    assert convert(colour_file, "-o", tmp_path / "deploy", *words) == 0
    (file,) = document(tmp_path / "deploy")["files"]
    assert (file["parity"]["images_from"], file["parity"]["images"]) == ("calibration", 24)
    assert file["accuracy"] is None


Case = tuple[list[str | Path], str]


def copy_of(folder: Path, target: Path) -> Path:
    for file in folder.rglob("*.png"):
        (target / file.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
        (target / file.relative_to(folder)).write_bytes(file.read_bytes())
    return target


@pytest.fixture
def refusals(colour_file: Path, photos: Path, labels: Path, tmp_path: Path) -> dict[str, Case]:
    """Options after `convert MODEL -o DEPLOY --labels labels.txt`, and what the message must hold."""
    two, twice, stranger = tmp_path / "two.txt", tmp_path / "twice.txt", tmp_path / "strangers"
    one = tmp_path / "one.txt"
    one.write_text("blue\n")
    two.write_text("blue\nred\n")
    twice.write_text("blue\nred\nred\n")
    overlap = copy_of(photos / "test", tmp_path / "overlap")
    copy_of(photos / "test" / "red", stranger / "purple")
    copy_of(photos / "test" / "blue", stranger / "blue")
    unreadable = copy_of(photos / "train", tmp_path / "unreadable")
    (unreadable / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    empty = tmp_path / "empty"
    empty.mkdir()
    calibration: list[str | Path] = ["--calibration", photos / "train"]
    return {
        "labels of another length": ([*calibration, "--labels", two], "2 labels for 3 outputs"),
        "a label twice": ([*calibration, "--labels", twice], "holds more than once: 'red'"),
        "one label": ([*calibration, "--labels", one], "holds 1 labels; at least 2 are needed"),
        "no labels file": ([*calibration, "--labels", tmp_path / "none.txt"], "none.txt"),
        "labels are an image": (
            [*calibration, "--labels", next((photos / "test").rglob("*.png"))],
            "cannot read the labels",
        ),
        "no calibration images": ([], "--calibration FOLDER"),
        "empty calibration folder": (["--calibration", empty], "holds no images"),
        "calibration folder absent": (["--calibration", tmp_path / "nowhere"], "is not a folder"),
        "calibration image unreadable": (["--calibration", unreadable], "broken.png"),
        "calibration also in evaluation": (
            [*calibration, "--calibration", overlap, "--evaluate", photos / "test"],
            "is for calibration and, as",
        ),
        "unknown class": ([*calibration, "--evaluate", stranger], "['purple']"),
        "unknown precision": ([*calibration, "--precision", "int9"], "known are float32, float16"),
        "unknown format": ([*calibration, "--format", "coreml"], "known are tflite, onnx"),
    }


@pytest.mark.parametrize(
    "case",
    [
        "labels of another length",
        "a label twice",
        "one label",
        "no labels file",
        "labels are an image",
        "no calibration images",
        "empty calibration folder",
        "calibration folder absent",
        "calibration image unreadable",
        "calibration also in evaluation",
        "unknown class",
        "unknown precision",
        "unknown format",
    ],
)
def test_refused(
    case: str,
    refusals: dict[str, Case],
    colour_file: Path,
    labels: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    words, message = refusals[case]
    assert convert(colour_file, "-o", tmp_path / "deploy", "--labels", labels, *words) == 1
    out, err = capfd.readouterr()
    assert message in err
    assert "Traceback" not in err
    assert out == ""
    assert not list(tmp_path.glob("*deploy*"))


def test_every_refusal_is_tested(refusals: dict[str, Case]) -> None:
    (mark,) = (mark for mark in test_refused.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]  # pytest's
    assert set(mark.args[1]) == set(refusals)


@pytest.mark.parametrize(
    ("model", "message"),
    [("absent.keras", "no such model"), ("notes.txt", "suffix '.txt'"), ("folder", "neither run.json nor")],
)
def test_no_model(model: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder").mkdir()
    assert convert(tmp_path / model, "-o", tmp_path / "deploy") == 1
    assert message in capfd.readouterr().err


def test_model_without_labels_asks_for_them(
    colour_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert convert(colour_file, "-o", tmp_path / "deploy", "--precision", "float32") == 1
    assert "--labels FILE" in capfd.readouterr().err


@pytest.mark.parametrize("lines", ["red\ngreen\nblue\n", "blue\ngreen\nscarlet\n"], ids=["order", "name"])
def test_a_run_is_not_relabelled(
    lines: str, run_folder: Path, labels: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    labels.write_text(lines)
    assert convert(run_folder, "-o", tmp_path / "deploy", "--labels", labels) == 1
    err = capfd.readouterr().err
    assert "the RUN was trained on 'blue', 'green', 'red'" in err
    assert "tip: leave out --labels" in err


def test_labels_equal_to_those_of_the_run_are_no_contradiction(
    run_folder: Path, labels: Path, tmp_path: Path
) -> None:
    words = ("--labels", labels, "--precision", "float32", "--format", "tflite")
    assert convert(run_folder, "-o", tmp_path / "deploy", *words) == 0


@pytest.fixture
def cropping_tflite(deployed: Path, tmp_path: Path) -> Path:
    """Our own float32 file, but with a geometry that its tensors do not tell."""
    spec = read_spec(deployed / "colours-float32.tflite")
    spec = replace(spec, input=replace(spec.input, resize="crop", crop_fraction=0.875))
    source = load_tflite(deployed / "colours-float32.tflite")
    file = tmp_path / "colours.tflite"
    file.write_bytes(package_tflite(source.flatbuffer, spec))
    return file


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, ("blue", "green", "red")), ("b\ng\nr\n", ("b", "g", "r"))],
    ids=["from the file", "--labels"],
)
def test_own_tflite_brings_labels_and_geometry(
    given: str | None, expected: tuple[str, ...], cropping_tflite: Path, labels: Path, tmp_path: Path
) -> None:
    words: list[str | Path] = ["--precision", "float32", "--format", "onnx"]
    if given is not None:
        labels.write_text(given)
        words += ["--labels", labels]
    assert convert(cropping_tflite, "-o", tmp_path / "deploy", *words) == 0
    spec = read_spec(tmp_path / "deploy" / "colours-float32.onnx")
    assert spec.labels == expected
    assert spec.input == read_spec(cropping_tflite).input
    assert spec.input.resize == "crop"


def test_output_folder_that_is_not_empty_stays(
    run_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "mine.txt").write_text("keep")
    assert convert(run_folder, "-o", tmp_path / "deploy") == 1
    assert "is not empty" in capfd.readouterr().err
    assert [file.name for file in (tmp_path / "deploy").iterdir()] == ["mine.txt"]


def test_usage_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leave:
        convert("model.keras")
    assert leave.value.code == 2
    assert "-o/--output" in capfd.readouterr().err


@pytest.fixture
def own_run(write_run: WriteRun, photos: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A RUN and photos of its own, to be spoilt."""
    data = copy_of(photos, tmp_path / "photos")
    return write_run(tmp_path / "run", data), data


def change(image: Path) -> None:
    Image.fromarray(255 - np.asarray(Image.open(image))).save(image)


def remove(image: Path) -> None:
    image.unlink()


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(("spoil", "message"), [(change, "has changed since"), (remove, "is gone since")])
def test_images_of_a_run_must_be_those_of_training(
    split: str,
    spoil: Callable[[Path], None],
    message: str,
    own_run: tuple[Path, Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    run, data = own_run
    spoil(data / split / "green" / "0.png")
    assert convert(run, "-o", tmp_path / "deploy") == 1
    err = capfd.readouterr().err
    assert message in err
    assert f"{split}/green/0.png" in err


def test_an_exception_in_the_middle_leaves_nothing(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise RuntimeError("lightning")

    monkeypatch.setattr(conversion, "Exporter", fail)
    with pytest.raises(RuntimeError, match="lightning"):
        convert(run_folder, "-o", tmp_path / "deploy", "--precision", "float32", "--format", "tflite")
    assert list(tmp_path.iterdir()) == []


def test_logits_become_probabilities(labels: Path, photos: Path, colour_model: Any, tmp_path: Path) -> None:
    """A model without its softmax scores like the one with it."""
    logits = keras.Model(colour_model.input, colour_model.layers[-2].output)
    last = keras.layers.Dense(3)
    whole = keras.Model(logits.input, last(logits.output))
    last.set_weights(colour_model.layers[-1].get_weights())
    whole.save(tmp_path / "logits.keras")
    words = ("--labels", labels, "--precision", "float32", "--evaluate", photos / "test")
    assert convert(tmp_path / "logits.keras", "-o", tmp_path / "deploy", *words) == 0
    for file in document(tmp_path / "deploy")["files"]:
        assert file["parity"]["max_abs_difference"] < 1e-5
        assert file["accuracy"]["top1"] == 1.0
    spec = read_spec(tmp_path / "deploy" / "logits-float32.tflite")
    assert np.sum(spec.golden.outputs, axis=1) == pytest.approx(1, abs=1e-5)


def test_seed_draws_other_calibration_images(
    colour_file: Path, labels: Path, make_pictures: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number, picture in enumerate(make_pictures(120, height=16, width=16)):
        Image.fromarray(picture).save(folder / f"{number:03}.png")
    digests = []
    for seed in ("0", "1"):
        words = ("--calibration", folder, "--precision", "int8", "--format", "tflite", "--seed", seed)
        assert convert(colour_file, "-o", tmp_path / seed, "--labels", labels, *words) == 0
        assert document(tmp_path / seed)["calibration_images"] == 100
        digests.append(hashlib.sha256((tmp_path / seed / "colours-int8.tflite").read_bytes()).hexdigest())
    assert digests[0] != digests[1]


def test_three_calibration_images_are_warned_of(
    colour_file: Path, labels: Path, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for label in ("blue", "green", "red"):
        (few / f"{label}.png").write_bytes((photos / "train" / label / "0.png").read_bytes())
    words = ("--calibration", few, "--precision", "int8", "--format", "tflite", "--labels", labels)
    assert convert(colour_file, "-o", tmp_path / "deploy", *words) == 0
    assert "warning: calibrated on 3 images" in capfd.readouterr().err
    (warning,) = document(tmp_path / "deploy")["warnings"]
    assert warning.startswith("calibrated on 3 images")
    assert "Warning: calibrated on 3 images" in (tmp_path / "deploy" / "convert.md").read_text()


def test_guard_stops_at_the_rung_that_holds(run_folder: Path, tmp_path: Path) -> None:
    words = ("--max-drop", "0.5", "--precision", "int8", "--format", "tflite")
    assert convert(run_folder, "-o", tmp_path / "deploy", *words) == 0
    guard = document(tmp_path / "deploy")["guard"]
    assert (guard["max_drop"], guard["min_agreement"], guard["met"]) == (0.5, None, True)
    assert (guard["chosen"], guard["images_from"]) == ("bias correction", "validation")
    (rung,) = guard["ladder"]
    assert rung["images"] == 3
    assert (
        "at most 0.5 points below float, on 3 images (validation): reached with bias correction"
        in (tmp_path / "deploy" / "convert.md").read_text()
    )


def test_guard_that_is_not_met_writes_the_best_and_exits_with_3(
    run_folder: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    real = judge

    def doubtful(scores: Any, reference: Any, classes: Any) -> Any:
        return replace(real(scores, reference, classes), agreement=0.5)

    monkeypatch.setattr(climb, "judge", doubtful)
    monkeypatch.setattr(climb, "rungs", lambda start, **_: [Rung(name="the only one", scheme=start)])
    words = ("--min-agreement", "98", "--precision", "int8")
    assert convert(run_folder, "-o", tmp_path / "deploy", *words) == 3
    err = capfd.readouterr().err
    assert "int8 is not at least 98 % agreement with float: the best found is the only one" in err
    assert (tmp_path / "deploy" / "colours-int8.onnx").is_file()
    assert not document(tmp_path / "deploy")["guard"]["met"]


def test_operators_of_int8_have_an_error_each(deployed: Path) -> None:
    operators = document(deployed)["quantization"]["operators"]
    assert [operator["kind"] for operator in operators].count("CONV_2D") == 2
    assert all(operator["snr_db"] > 15 for operator in operators)


def test_keep_float_that_names_nothing(
    run_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("--precision", "mixed", "--keep-float", "nothing*")
    assert convert(run_folder, "-o", tmp_path / "deploy", *words) == 1
    assert "--keep-float nothing* names no operator" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jobs", ["2"])
def test_jobs_change_no_byte(jobs: str, run_folder: Path, deployed: Path, tmp_path: Path) -> None:
    assert convert(run_folder, "-o", tmp_path / "deploy", "--jobs", jobs, "--precision", "int8") == 0
    for file in document(tmp_path / "deploy")["files"]:
        assert sha256_of(tmp_path / "deploy" / file["path"]) == sha256_of(deployed / file["path"])
        assert file["parity"]["identical_share"] in (None, 1.0)


def test_every_precision_is_what_its_file_says(run_folder: Path, tmp_path: Path) -> None:
    words = ("--precision", "float16", "dynamic", "int16x8", "mixed", "--keep-float", "*")
    assert convert(run_folder, "-o", tmp_path / "deploy", *words) == 0
    files = document(tmp_path / "deploy")["files"]
    assert [file["path"] for file in files] == [
        "colours-float16.tflite",
        "colours-float16.onnx",
        "colours-dynamic.tflite",
        "colours-dynamic.onnx",
        "colours-int16x8.tflite",
        "colours-mixed.tflite",
    ]
    for file in files:
        assert read_spec(tmp_path / "deploy" / file["path"]).precision == file["precision"]
        assert file["int8_share"] < 1
        assert file["accuracy"]["top1"] == 1.0
