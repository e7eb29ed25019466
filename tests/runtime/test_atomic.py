import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.atomic import require_free, staged_folder, write_bytes, write_json
from edgesmith.runtime.errors import OutputError


def _everything(folder: Path) -> list[str]:
    """All names below, hidden ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def _fail(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _killed(code: str, path: Path) -> None:
    """Run `code` in a process that kills itself on the way."""
    prelude = "import os, signal, sys; from pathlib import Path; from edgesmith.runtime import atomic\n"
    prelude += "path = Path(sys.argv[1])\ndie = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    finished = subprocess.run([sys.executable, "-c", prelude + code, str(path)], check=False)
    assert finished.returncode == -signal.SIGKILL


def _fill_half(out: Path, error: BaseException, *, named: bool = False) -> None:
    """Fail after the first file; `named`: with that file's name, as `open` does."""
    with staged_folder(out) as folder:
        (folder / "half").touch()
        if named and isinstance(error, OSError):
            error.filename = str(folder / "half")
        raise error


class TestWriteBytes:
    def test_new_file_in_a_new_folder(self, tmp_path: Path) -> None:
        write_bytes(tmp_path / "a" / "b" / "c.bin", b"new")
        assert _everything(tmp_path) == ["a", "a/b", "a/b/c.bin"]
        assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"new"

    def test_the_old_file_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"old and longer")
        write_bytes(tmp_path / "a", b"new")
        assert (tmp_path / "a").read_bytes() == b"new"

    def test_permissions_follow_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            write_bytes(tmp_path / "a", b"x")
            assert os.umask(0o027) == 0o027
        finally:
            os.umask(before)
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640

    @pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"], ids=["flushing", "renaming"])
    @pytest.mark.parametrize("old", [b"old", None], ids=["over a file", "a new name"])
    def test_a_full_disk(
        self, step: str, old: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if old is not None:
            (tmp_path / "a").write_bytes(old)
        before = _everything(tmp_path)
        monkeypatch.setattr(step, _fail(_full()))
        with pytest.raises(OutputError, match=r"cannot write .*a': No space left on device") as caught:
            write_bytes(tmp_path / "a", b"new")
        assert "free space" in str(caught.value.tip)
        assert _everything(tmp_path) == before
        assert old is None or (tmp_path / "a").read_bytes() == old

    def test_an_interruption_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a").write_bytes(b"old")
        monkeypatch.setattr(os, "fsync", _fail(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            write_bytes(tmp_path / "a", b"new")
        assert _everything(tmp_path) == ["a"]
        assert (tmp_path / "a").read_bytes() == b"old"

    def test_a_kill_leaves_the_old_file(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"old")
        _killed("os.fsync = die; atomic.write_bytes(path, b'new')", tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert all(name == "a" or name.startswith(".a.") for name in _everything(tmp_path))

    def test_a_file_in_the_way_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"old")
        with pytest.raises(OutputError, match="cannot write"):
            write_bytes(tmp_path / "a" / "b", b"new")

    def test_a_folder_in_the_way_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        with pytest.raises(OutputError, match="Is a directory"):
            write_bytes(tmp_path / "a", b"new")
        assert _everything(tmp_path) == ["a"]

    def test_no_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.mkstemp", _fail(PermissionError(errno.EACCES, "Permission denied")))
        with pytest.raises(OutputError, match="Permission denied"):
            write_bytes(tmp_path / "a", b"new")


class TestWriteJson:
    def test_indented_utf8_with_a_final_newline(self, tmp_path: Path) -> None:
        write_json(tmp_path / "a.json", {"label": "Blüte", "n": [1]})
        expected = '{\n  "label": "Blüte",\n  "n": [\n    1\n  ]\n}\n'
        assert (tmp_path / "a.json").read_text("utf-8") == expected

    @pytest.mark.parametrize("value", [float("nan"), float("inf")], ids=["NaN", "infinity"])
    def test_what_json_does_not_have(self, value: float, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(tmp_path / "a.json", {"x": value})
        assert _everything(tmp_path) == []


class TestRequireFree:
    def test_absent_and_empty_are_free(self, tmp_path: Path) -> None:
        require_free(tmp_path)
        require_free(tmp_path / "absent" / "deep")
        assert _everything(tmp_path) == []

    def test_a_folder_with_something(self, tmp_path: Path) -> None:
        (tmp_path / ".hidden").touch()
        with pytest.raises(OutputError, match="is not empty") as caught:
            require_free(tmp_path)
        assert "name another folder" in str(caught.value.tip)

    @pytest.mark.parametrize("kind", ["file", "dangling link"])
    def test_no_folder_in_the_way(self, kind: str, tmp_path: Path) -> None:
        place = tmp_path / "out"
        if kind == "file":
            place.touch()
        else:
            place.symlink_to(tmp_path / "nowhere")
        with pytest.raises(OutputError, match="out' is a file"):
            require_free(place)


class TestStagedFolder:
    def test_the_name_appears_when_all_is_done(self, tmp_path: Path) -> None:
        out = tmp_path / "deep" / "out"
        with staged_folder(out) as folder:
            (folder / "a").write_text("whole")
            assert folder.parent == out.parent
            assert folder.name.startswith(".out.partial-")
            assert not out.exists()
        assert _everything(tmp_path) == ["deep", "deep/out", "deep/out/a"]
        assert (out / "a").read_text() == "whole"

    @pytest.mark.parametrize("kind", ["folder", "link", "."])
    def test_an_empty_folder_is_filled_in_place(
        self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "place"
        place.mkdir()
        inode = place.stat().st_ino
        (tmp_path / "link").symlink_to(place, target_is_directory=True)
        monkeypatch.chdir(place)
        out = {"folder": place, "link": tmp_path / "link", ".": Path()}[kind]
        with staged_folder(out) as folder:
            (folder / "a.json").write_text("{}")
            (folder / "deep").mkdir()
            (folder / "deep" / "b").touch()
            monkeypatch.chdir(tmp_path)
            assert (folder.parent, folder.name[:9]) == (place, ".partial-")
        assert _everything(place) == ["a.json", "deep", "deep/b"]
        assert place.stat().st_ino == inode
        assert (tmp_path / "link").is_symlink()

    def test_json_files_come_last(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        moved: list[str] = []
        rename = Path.rename

        def remember(entry: Path, target: Path) -> Path:
            moved.append(entry.name)
            return rename(entry, target)

        monkeypatch.setattr(Path, "rename", remember)
        with staged_folder(tmp_path) as folder:
            for name in ("bench.json", "model.keras", "run.json", "zoo"):
                (folder / name).touch()
        assert moved == ["model.keras", "zoo", "bench.json", "run.json"]

    @pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), _full()], ids=repr)
    def test_an_exception_leaves_an_existing_folder_empty(self, error: BaseException, tmp_path: Path) -> None:
        with pytest.raises((type(error), OutputError)):
            _fill_half(tmp_path, error)
        assert _everything(tmp_path) == []

    def test_a_failing_move_is_taken_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rename = Path.rename

        def fail_at_last(entry: Path, target: Path) -> Path:
            if entry.suffix == ".json":
                raise _full()
            return rename(entry, target)

        monkeypatch.setattr(Path, "rename", fail_at_last)

        def fill() -> None:
            with staged_folder(tmp_path) as folder:
                (folder / "deep").mkdir()
                for name in ("deep/a", "b", "run.json"):
                    (folder / name).touch()

        with pytest.raises(OutputError, match="No space left"):
            fill()
        assert _everything(tmp_path) == []

    def test_what_a_killed_run_left_inside_is_no_hindrance(self, tmp_path: Path) -> None:
        code = "with atomic.staged_folder(path) as folder:\n    (folder / 'half').write_text('x'); die()"
        _killed(code, tmp_path)
        assert [name for name in _everything(tmp_path) if name.endswith("/half")] != []
        with staged_folder(tmp_path) as folder:
            (folder / "whole").touch()
        assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["whole"]

    def test_permissions_follow_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            with staged_folder(tmp_path / "out"):
                pass
        finally:
            os.umask(before)
        assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750

    @pytest.mark.parametrize(
        "error",
        [ValueError("x"), KeyboardInterrupt(), FileNotFoundError(2, "No such file", "/else")],
        ids=repr,
    )
    def test_an_exception_leaves_nothing(self, error: BaseException, tmp_path: Path) -> None:
        with pytest.raises(type(error)) as caught:
            _fill_half(tmp_path / "out", error)
        assert caught.value is error
        assert _everything(tmp_path) == []

    @pytest.mark.parametrize("named", [False, True], ids=["while writing", "while opening"])
    def test_a_full_disk_leaves_nothing(self, named: bool, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match=r"cannot write .*out': No space left"):
            _fill_half(tmp_path / "out", _full(), named=named)
        assert _everything(tmp_path) == []

    def test_a_kill_leaves_no_final_name(self, tmp_path: Path) -> None:
        _killed(
            "with atomic.staged_folder(path) as folder:\n    (folder / 'half').write_text('x'); die()",
            tmp_path / "out",
        )
        names = _everything(tmp_path)
        assert any(name.endswith("/half") for name in names)
        assert all(name.startswith(".out.partial-") for name in names)
        with staged_folder(tmp_path / "out") as folder:
            (folder / "whole").touch()
        assert (tmp_path / "out" / "whole").exists()

    def test_a_folder_with_something_is_refused_before_the_work(self, tmp_path: Path) -> None:
        (tmp_path / "old").touch()
        with pytest.raises(OutputError, match="not empty"), staged_folder(tmp_path):
            pytest.fail("the block was entered")
        assert _everything(tmp_path) == ["old"]

    def test_a_folder_filled_meanwhile_is_kept(self, tmp_path: Path) -> None:
        out = tmp_path / "out"

        def both_fill() -> None:
            with staged_folder(out) as folder:
                (folder / "ours").touch()
                out.mkdir()
                (out / "theirs").touch()

        with pytest.raises(OutputError, match="is not empty"):
            both_fill()
        assert _everything(tmp_path) == ["out", "out/theirs"]

    def test_a_file_in_the_way_of_the_parents(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch()
        with pytest.raises(OutputError, match="cannot write"), staged_folder(tmp_path / "a" / "b"):
            pytest.fail("the block was entered")
