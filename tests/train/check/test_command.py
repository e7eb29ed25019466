import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.cli import main

Folder = Callable[..., Path]


def test_text_and_exit_0_whatever_was_found(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder(train=3, test=2)

    assert main(["check", str(data), "--image-size", "96"]) == 0
    captured = capsys.readouterr()
    assert "few-images" in captured.out
    assert captured.out.rstrip().endswith("0 errors, 2 warnings, 1 note")
    assert "reading" in captured.err


@pytest.mark.parametrize(("test_images", "code"), [(2, 3), (50, 0)], ids=["warnings", "a note"])
def test_strict_is_a_gate(folder: Folder, test_images: int, code: int) -> None:
    data = folder(train=25, test=test_images)

    assert main(["check", str(data), "--strict", "--image-size", "96"]) == code


def test_json_is_one_document(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder(whole=30)), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "edgesmith.check/1"
    assert len(next(f for f in document["findings"] if f["kind"] == "below-input")["items"]) == 60


def test_contact_sheet_is_written(folder: Folder, tmp_path: Path) -> None:
    sheet = tmp_path / "new" / "sheet.png"

    assert main(["check", str(folder(whole=4)), "--contact-sheet", str(sheet)]) == 0
    assert sheet.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "words",
    [
        ["absent"],
        [".", "--contact-sheet", "sheet.jpg"],
        [".", "--examples", "-1"],
        [".", "--near-distance", "200"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_with_a_tip(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "tip:" in captured.err


def test_no_training_library_is_loaded(folder: Folder) -> None:
    data = folder(whole=3)
    code = (
        "import sys; from edgesmith.cli import main; main(['check', sys.argv[1]]);"
        "print([m for m in ('tensorflow', 'keras', 'jax', 'matplotlib') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code, str(data)], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
