import json
import subprocess
import sys
from pathlib import Path

import pytest

from edgesmith.cli import main

TINY = ["--model", "separable_small", "--image-size", "32", "--epochs", "1", "--batch-size", "8"]


def test_json_is_the_only_thing_on_stdout(
    three_splits: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["train", str(three_splits), "-o", str(tmp_path / "run"), *TINY, "--channels", "1", "--json"])

    output, talk = capfd.readouterr()
    document = json.loads(output)
    assert code == 0
    assert document["schema"] == "edgesmith.train/1"
    assert document["run"] == str(tmp_path / "run")
    assert document["metrics"]["test"]["images"] == 8
    assert document["seconds"]["total"] > 0
    assert "scratch 1/1: loss" in talk


def test_text_names_the_model_and_its_accuracy_and_warns_of_copies(
    three_splits: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = three_splits / "test" / "red" / "copy.png"
    copy.write_bytes((three_splits / "train" / "red" / "0.png").read_bytes())

    assert main(["train", str(three_splits), "-o", str(tmp_path / "run"), *TINY]) == 0

    output, talk = capfd.readouterr()
    first, _, test, _ = output.splitlines()
    assert first == f"{tmp_path / 'run' / 'model.keras'}: separable_small, 2 classes"
    assert "of 9 images (95 % interval" in test
    assert "warning: 1 images are in more than one split" in talk


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--channels", "4"], id="four channels"),
        pytest.param(["--image-size", "big"], id="no number"),
    ],
)
def test_wrong_usage_is_2(tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["train", str(tmp_path), "-o", str(tmp_path / "run"), *words])

    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        pytest.param(["--model", "mobilnet_v2"], "did you mean 'mobilenet_v2'", id="unknown model"),
        pytest.param(["--recipe", "feature"], "did you mean 'features'", id="unknown recipe"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    tmp_path: Path, words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(tmp_path), "-o", str(tmp_path / "run"), *words]) == 1
    assert meant in capsys.readouterr().err


CASES = [
    (["--image-size", "16"], "image size 16"),
    (["--alpha", "0.3"], "alpha 0.3"),
    (["--weights", "absent.h5"], "absent.h5"),
    ([], "0 class folders"),
    (["--teacher", "absent"], "belongs to the recipe distill"),
    (["--recipe", "distill", "--teacher", "absent"], "no RUN folder"),
    (["--recipe", "quantize-aware"], "none is named"),
    (["--recipe", "features", "--rotation", "10"], "--augmentation with the recipe 'features'"),
    (["--rotation", "400"], "outside 0 to 180"),
    (["--hosts", "2"], "without --distribute hosts"),
    (["--config", "absent.toml"], "cannot be read"),
    (["--from", "absent"], "holds no run.json"),
]


def test_clear_errors_are_1_and_come_before_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    script = """
import json, sys
from edgesmith.cli import main
for words in json.loads(sys.argv[1]):
    print("--", file=sys.stderr)
    assert main(["train", *sys.argv[2:], *words]) == 1
    assert not {"tensorflow", "keras"} & set(sys.modules)
"""
    given = [str(tmp_path / "data"), "-o", str(tmp_path / "run")]

    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([words for words, _ in CASES]), *given],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for (_, message), said in zip(CASES, done.stderr.split("--\n")[1:], strict=True):
        assert message in said
    assert not (tmp_path / "run").exists()


def test_package_and_help_cost_no_tensorflow() -> None:
    script = (
        "import sys, edgesmith.train.command, edgesmith.train; edgesmith.train.TrainingPlan;"
        " assert not {'tensorflow', 'keras', 'matplotlib', 'rich'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)


def test_missing_tensorflow_names_the_extra(
    three_splits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "edgesmith.train.progress", raising=False)
    for name in ("rich", "rich.console", "rich.progress"):
        monkeypatch.setitem(sys.modules, name, None)

    assert main(["train", str(three_splits), "-o", str(tmp_path / "run"), *TINY]) == 1

    assert "edgesmith[train]" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        pytest.param(["data"], "-o/--output", id="no RUN"),
        pytest.param(["-o", "run"], "DATA", id="no DATA"),
        pytest.param(["-o", "run", "--recipe", "quantize-aware", "--from", "x"], "DATA", id="quantize-aware"),
    ],
)
def test_what_is_needed_is_asked_for(
    words: list[str], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["train", *words])

    assert caught.value.code == 2
    assert f"required: {missing}" in capsys.readouterr().err


def test_run_json_repeats_a_training_bit_for_bit_and_says_what_differs(
    three_splits: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from edgesmith.train.backend import keras

    first, again, moved = (tmp_path / name for name in ("first", "again", "moved"))
    assert main(["train", str(three_splits), "-o", str(first), *TINY, "--recipe", "scratch-augment"]) == 0
    assert main(["train", "--from", str(first / "run.json"), "-o", str(again)]) == 0
    assert "differ" not in capfd.readouterr().err

    (three_splits / "test" / "red" / "0.png").unlink()
    (three_splits).rename(moved)
    assert main(["train", str(moved), "--from", str(first), "-o", str(tmp_path / "third")]) == 0
    assert "warning: the images are not those of the first training" in capfd.readouterr().err

    runs = [keras.saving.load_model(run / "model.keras").get_weights() for run in (first, again)]
    assert [array.tobytes() for array in runs[0]] == [array.tobytes() for array in runs[1]]


def test_loss_that_is_no_number_is_1_and_named(
    three_splits: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["--learning-rate", "1e38", "--optimizer", "sgd"]

    assert main(["train", str(three_splits), "-o", str(tmp_path / "run"), *TINY, *words]) == 1

    error = capfd.readouterr().err
    assert (
        "the loss is nan at step" in error or "the loss is inf at step" in error or "nan on the val" in error
    )
    assert "--learning-rate" in error
    assert not (tmp_path / "run").exists()
