import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import keras  # isort: skip
from edgesmith.cli import main
from edgesmith.runtime.runrecord import RunRecord

Words = list[str]


@pytest.fixture
def model(red_detector: Callable[..., Any], tmp_path: Path) -> Path:
    file = tmp_path / "tiny.keras"
    red_detector(nested=True).save(file)
    (tmp_path / "labels.txt").write_text("red\nblue & <grey>\n")
    return file


def _page_pictures(folder: Path) -> int:
    page = (folder / "explain.html").read_text()
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "<script" not in page
    return page.count("data:image/png;base64,")


def test_all_three_kinds_of_a_keras_file(
    model: Path, picture: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [str(model), str(picture), "-o", str(tmp_path / "out"), "--labels", str(tmp_path / "labels.txt")]

    assert main(["explain", *words, "--json"]) == 0

    document = json.loads(capfd.readouterr().out)
    image = document["images"][0]
    assert document["schema"] == "edgesmith.explain/1"
    assert [layer["name"] for layer in image["layers"]] == ["body/conv", "body/relu", "body/pool", "average"]
    assert image["layers"][1]["dead"] == [2]
    assert {heat["method"] for heat in image["heatmaps"]} == {"grad-cam", "grad-cam++"}
    assert document["filters"][0]["layer"] == "body/conv"
    pngs = [
        image["png"],
        *(entry["png"] for entry in image["heatmaps"] + image["layers"] + document["filters"]),
    ]
    for png in pngs:
        with Image.open(tmp_path / "out" / png) as opened:
            opened.verify()
    assert len(set(pngs)) == 1 + 4 + 4 + 1
    assert _page_pictures(tmp_path / "out") == len(pngs)
    assert "blue &amp; &lt;grey&gt;" in (tmp_path / "out" / "explain.html").read_text()
    assert json.loads((tmp_path / "out" / "explain.json").read_text()) == document


def test_chosen_class_layer_and_kind(
    model: Path, picture: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["--show", "heatmaps", "--class", "class 1", "--layer", "base/conv", "--method", "grad-cam"]

    assert main(["explain", str(model), str(picture), "-o", str(tmp_path / "out"), *words, "--json"]) == 0

    document = json.loads(capfd.readouterr().out)
    (heat,) = document["images"][0]["heatmaps"]
    assert heat["label"] == "class 1"
    assert heat["note"].startswith("layer body/conv")
    assert document["filters"] == []
    assert document["images"][0]["layers"] == []


def test_filters_need_no_image(model: Path, tmp_path: Path) -> None:
    words = ["--show", "filters", "--filters", "2", "--filter-layer", "base/conv"]

    assert main(["explain", str(model), "-o", str(tmp_path / "out"), *words]) == 0

    assert _page_pictures(tmp_path / "out") == 1


def test_a_run_of_several_images_counts_dead_channels_together(
    run_folder: Path, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [str(photos / "test" / "red"), "-o", str(tmp_path / "out"), "--show", "activations"]

    assert main(["explain", str(run_folder), *words]) == 0

    assert "red" in capfd.readouterr().out
    page = (tmp_path / "out" / "explain.html").read_text()
    assert "dead on every image" in page
    assert "The activations of the other 1 images" in page


@pytest.mark.parametrize("file", ["colours-int8.tflite", "colours-float32.tflite", "colours-int8.onnx"])
def test_deployed_files(
    deployed: Path, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str
) -> None:
    photo = photos / "test" / "red" / "0.png"

    assert main(["explain", str(deployed / file), str(photo), "-o", str(tmp_path / "out"), "--json"]) == 0

    document = json.loads(capfd.readouterr().out)
    assert {heat["method"] for heat in document["images"][0]["heatmaps"]} == {"occlusion"}
    assert bool(document["images"][0]["layers"]) == file.endswith(".tflite")
    assert any("XNNPACK" in note for note in document["notes"]) == file.endswith(".tflite")


def test_compare(deployed: Path, photos: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = [str(deployed / f"colours-{precision}.tflite") for precision in ("float32", "int8")]
    images = [str(photos / "test" / label / "0.png") for label in ("red", "green")]

    assert main(["explain", "--compare", *files, *images, "-o", str(tmp_path / "out"), "--json"]) == 0

    comparison = json.loads(capfd.readouterr().out)["comparison"]
    assert comparison["files"] == files
    assert len(comparison["images"]) == 2
    assert all(image["correlation"] > 0.8 for image in comparison["images"])
    assert _page_pictures(tmp_path / "out") == 6


def test_mistakes_of_a_run(run_folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # Its labels turned round, the colour model is wrong on nearly everything.
    record = RunRecord.load(run_folder)
    run = tmp_path / "wrong"
    run.mkdir()
    (run / "model.keras").write_bytes((run_folder / "model.keras").read_bytes())
    turned = {name: getattr(record, name) for name in ("input", "data", "plan", "metrics", "environment")}
    RunRecord(labels=record.labels[::-1], seconds={}, **turned).save(run)

    assert main(["explain", "--mistakes", str(run_folder), "-o", str(tmp_path / "right")]) == 0
    right = capfd.readouterr().out
    assert main(["explain", "--mistakes", str(run), "-o", str(tmp_path / "out"), "--json"]) == 0

    document = json.loads(capfd.readouterr().out)
    wrong = re.match(r"(\d+) of 12 test images were mistaken", document["headline"])
    assert wrong is not None
    assert re.match(r"\d+ of 12 test images were mistaken", right)
    assert len(document["images"]) == min(10, int(wrong[1]))
    confidence = [image["top"][0]["score"] for image in document["images"]]
    assert confidence == sorted(confidence, reverse=True)
    assert all(image["truth"] != image["top"][0]["label"] for image in document["images"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--layer", "base/konv"], "body/conv", id="unknown layer"),
        pytest.param(["--filter-layer", "relo"], "body/relu", id="unknown filter layer"),
        pytest.param(["--class", "Class 0"], "class 0", id="unknown class"),
        pytest.param(["--show", "filter"], "did you mean 'filters'", id="unknown kind"),
        pytest.param(["--method", "gradcam"], "did you mean 'grad-cam", id="unknown method"),
        pytest.param(["--top", "0"], "--top 0", id="no class"),
        pytest.param(["--mistakes"], "takes its images from the RUN", id="mistakes of images"),
    ],
)
def test_clear_errors(
    model: Path,
    picture: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    words: Words,
    message: str,
) -> None:
    assert main(["explain", str(model), str(picture), "-o", str(tmp_path / "out"), *words]) == 1

    assert message in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_errors_about_files_come_before_slow_work(
    deployed: Path, model: Path, picture: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    tflite, onnx = str(deployed / "colours-int8.tflite"), str(deployed / "colours-int8.onnx")
    out = ["-o", str(tmp_path / "out")]
    for words, message in (
        ([str(model), str(tmp_path / "text.png"), *out], "is not an image"),
        ([str(model), str(picture), "-o", str(tmp_path / "full")], "is not empty"),
        ([str(tmp_path / "absent.keras"), str(picture), *out], "no model that can be explained"),
        ([str(model), *out, "--show", "heatmaps"], "without an image"),
        ([tflite, str(picture), *out, "--show", "filters"], "filters cannot be made"),
        ([onnx, str(picture), *out, "--show", "activations"], "activations cannot be made"),
        ([tflite, str(picture), *out, "--method", "grad-cam"], "needs gradients"),
        (["--compare", tflite, onnx, str(picture), *out], "only .tflite files"),
        (["--compare", tflite, tflite, *out], "at least one image"),
        (["--compare", tflite, *out], "needs two files"),
        (["--mistakes", str(model), *out], "is no RUN"),
    ):
        assert main(["explain", *words]) == 1
        assert message in capfd.readouterr().err
        assert not (tmp_path / "out").exists()


def test_wrong_usage_is_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["explain", "model.keras"])

    assert caught.value.code == 2


def test_options_cost_no_tensorflow() -> None:
    script = (
        "import sys, argparse, edgesmith.convert.explain.command as c;"
        " c.add_arguments(argparse.ArgumentParser());"
        " assert not {'tensorflow', 'keras', 'matplotlib', 'jinja2'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_grey_sequential_model(picture: Path, tmp_path: Path) -> None:
    layers = keras.layers
    keras.Sequential(
        [
            keras.Input((24, 24, 1)),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    ).save(tmp_path / "grey.keras")
    words = ["--method", "grad-cam", "score-cam", "occlusion", "--top", "1", "--filters", "1"]

    assert (
        main(["explain", str(tmp_path / "grey.keras"), str(picture), "-o", str(tmp_path / "out"), *words])
        == 0
    )

    # The input, three maps, convolution and pooling, and one filter.
    assert _page_pictures(tmp_path / "out") == 1 + 3 + 2 + 1
