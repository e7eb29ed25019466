import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.worker import store


def _name(data: bytes, suffix: str = ".bin") -> str:
    return hashlib.sha256(data).hexdigest() + suffix


def _serve(folder: Path, files: dict[str, bytes], stream: bytes | None = None) -> list[dict[str, Any]]:
    request = json.dumps({"files": {name: len(data) for name, data in files.items()}}).encode() + b"\n"
    answers = io.BytesIO()
    store.serve(
        folder, io.BytesIO(request + (b"".join(files.values()) if stream is None else stream)), answers
    )
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_what_is_missing_is_asked_for_and_kept(tmp_path: Path) -> None:
    files = {_name(data): data for data in (b"one", b"two" * 1_000_000)}
    assert _serve(tmp_path / "new/folder", files) == [{"missing": list(files)}, {"stored": 2}]
    assert {entry.name: entry.read_bytes() for entry in (tmp_path / "new/folder").iterdir()} == files
    assert _serve(tmp_path / "new/folder", files, stream=b"") == [{"missing": []}, {"stored": 0}]


def test_a_file_that_has_lost_its_bytes_is_asked_for_again(tmp_path: Path) -> None:
    """As after a loss of power: the name was written, and what was in it was not."""
    files = {_name(b"one"): b"one"}
    (tmp_path / _name(b"one")).touch()
    assert _serve(tmp_path, files) == [{"missing": list(files)}, {"stored": 1}]
    assert (tmp_path / _name(b"one")).read_bytes() == b"one"


@pytest.mark.parametrize(
    ("stream", "words"),
    [(b"on", "ended inside a file"), (b"eno", "damaged on its way")],
    ids=["cut", "damaged"],
)
def test_a_bad_file_never_stands_under_its_name(stream: bytes, words: str, tmp_path: Path) -> None:
    last = _serve(tmp_path, {_name(b"one"): b"one"}, stream=stream)[-1]
    assert words in last["error"]["message"]
    assert list(tmp_path.iterdir()) == []


def test_a_zip_is_unpacked_beside_itself(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("package/module.py", "x = 1")
    name = _name(data.getvalue(), ".zip")
    _serve(tmp_path, {name: data.getvalue()})
    assert (tmp_path / name.removesuffix(".zip") / "package/module.py").read_text() == "x = 1"


def test_two_that_unpack_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("module.py", "x = 1")
    name = _name(data.getvalue(), ".zip")
    folder = tmp_path / name.removesuffix(".zip")
    unpack = zipfile.ZipFile.extractall

    def beside_another(archive: zipfile.ZipFile, place: Path) -> None:
        unpack(archive, place)
        unpack(archive, folder)  # the other one's

    monkeypatch.setattr(zipfile.ZipFile, "extractall", beside_another)
    assert _serve(tmp_path, {name: data.getvalue()})[-1] == {"stored": 1}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([name, folder.name])


def test_too_little_space_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(0, 0, 1_000_000))
    answers = _serve(tmp_path, {_name(b"one"): b"one"})
    assert len(answers) == 1
    assert "16.8 MB are needed, 1.0 MB are free" in answers[0]["error"]["message"]


def test_its_text_alone_is_a_program(tmp_path: Path) -> None:
    """As on a device, where there is nothing but Python: -I -S, no site packages."""
    text = Path(store.__file__).read_text()
    command = [sys.executable, "-I", "-S", "-c", text, str(tmp_path)]
    request = json.dumps({"files": {_name(b"one"): 3}}).encode() + b"\none"
    done = subprocess.run(command, input=request, capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b'{"stored": 1}'
