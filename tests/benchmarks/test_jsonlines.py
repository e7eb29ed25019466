import errno
from pathlib import Path
from typing import Any

import pytest

from edgesmith.benchmarks.jsonlines import append_lines, whole_lines
from edgesmith.runtime.errors import DataError, OutputError


def test_lines_are_added_and_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "lines.jsonl"
    append_lines(file, [{"a": 1}, ["\u2028é"]])
    append_lines(file, [2])
    assert whole_lines(file) == ['{"a": 1}', '["\\u2028\\u00e9"]', "2"]


def test_what_was_cut_off_is_dropped_in_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('1\n{"a": ')
    assert whole_lines(file) == ["1"]
    append_lines(file, [3])
    assert whole_lines(file) == ["1", "3"]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "lines.jsonl"
    append_lines(file, [1])
    open_ = Path.open

    def half(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if mode == "ab":
            with open_(self, "ab") as target:
                target.write(b"[1, 2")
            raise OSError(errno.ENOSPC, "No space left on device")
        return open_(self, mode, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", half)
        with pytest.raises(OutputError, match="No space"):
            append_lines(file, [[1, 2, 3]])
    assert file.read_text() == "1\n"


def test_no_file_no_lines(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        whole_lines(tmp_path / "nothing")
    with pytest.raises(OutputError):
        append_lines(tmp_path, [1])
    with pytest.raises(ValueError, match="Out of range"):
        append_lines(tmp_path / "a", [float("nan")])
