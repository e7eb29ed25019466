from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.cli import main
from edgesmith.runtime import Classifier

NETWORK = Path(__file__).parents[2] / "examples" / "custom_network.py"


@pytest.mark.slow
def test_it_is_trained_converted_and_right(
    paint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint("photos/red", "photos/blue", count=60)
    monkeypatch.chdir(tmp_path)
    options = ["--model", f"{NETWORK}:build", "--recipe", "scratch", "--image-size", "32"]
    options += ["--epochs", "6", "--batch-size", "8"]

    assert main(["train", "photos", "-o", "runs/own", *options]) == 0
    assert main(["convert", "runs/own", "-o", "deploy/own", "--precision", "float32", "int8"]) == 0

    assert main(["verify", *map(str, Path("deploy/own").glob("own-*.*"))]) == 0
    with Classifier("deploy/own/own-int8.tflite") as classify:
        for colour in ("red", "blue"):
            (best,) = classify(f"photos/{colour}/0.png").top(1)
            assert best.label == colour
