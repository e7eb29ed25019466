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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--image-size", "16"], "image size 16", id="image too small"),
        pytest.param(["--alpha", "0.3"], "alpha 0.3", id="no such width"),
        pytest.param(["--weights", "absent.h5"], "absent.h5", id="no weights file"),
        pytest.param([], "0 class folders", id="no images"),
    ],
)
def test_clear_errors_are_1_and_come_before_tensorflow(
    tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "data").mkdir()
    script = (
        "import sys; from edgesmith.cli import main; code = main(sys.argv[1:]);"
        " assert 'tensorflow' not in sys.modules; sys.exit(code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "train", str(tmp_path / "data"), "-o", str(tmp_path / "run"), *words],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert message in done.stderr
    assert "tip: " in done.stderr
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
