import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli.run import filehashes
from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.runtime.errors import DataError


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def old_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as long unchanged as soon as they are read."""
    monkeypatch.setattr(filehashes, "_TICK_NS", -(10**12))


def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are opened from now on."""
    opened: list[Path] = []
    really = Path.open

    def note(file: Path, *words: Any, **named: Any) -> Any:
        opened.append(file)
        return really(file, *words, **named)

    monkeypatch.setattr(Path, "open", note)
    return opened


@pytest.mark.usefixtures("old_enough")
def test_a_file_that_is_as_it_was_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, memory = tmp_path / "a.jpg", tmp_path / "hashes.json"
    file.write_text("one")
    first = FileHashes(memory)
    assert first.sha256(file) == sha256("one")
    first.save()
    second = FileHashes(memory)
    opened = reads(monkeypatch)

    assert second.sha256(file) == sha256("one")
    assert opened == []


@pytest.mark.usefixtures("old_enough")
def test_a_change_is_seen_even_where_size_and_time_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_text("one")
    hashes = FileHashes(tmp_path / "hashes.json")
    hashes.sha256(file)
    times = file.stat()
    while file.stat().st_ctime_ns == times.st_ctime_ns:  # until the kernel's clock has ticked
        file.write_text("two")
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert hashes.sha256(file) == sha256("two")


def test_a_file_just_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.jpg"
    file.write_text("one")
    hashes = FileHashes(tmp_path / "hashes.json")
    hashes.sha256(file)
    opened = reads(monkeypatch)
    hashes.sha256(file)

    assert opened == [file]


def test_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    memory = tmp_path / "hashes.json"
    hashes = FileHashes(memory)
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        hashes.sha256(tmp_path / name)
    (tmp_path / "a").unlink()
    hashes.save()

    assert list(json.loads(memory.read_bytes())["files"]) == [str(tmp_path / "b")]


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"schema": "other/1", "files": {}}', b"\xff"])
def test_a_damaged_memory_is_begun_anew(content: bytes, tmp_path: Path) -> None:
    memory, file = tmp_path / "hashes.json", tmp_path / "a"
    memory.write_bytes(content)
    file.write_text("one")

    assert FileHashes(memory).sha256(file) == sha256("one")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        FileHashes(tmp_path / "hashes.json").sha256(tmp_path)
