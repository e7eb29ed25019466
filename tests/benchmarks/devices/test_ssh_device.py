import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.benchmarks.devices.sshd import Sshd

from edgesmith.benchmarks.devices.address import parse_address
from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.ssh.device import open_ssh
from edgesmith.benchmarks.progress import Silence
from edgesmith.benchmarks.worker import messages
from edgesmith.runtime.errors import DeviceError, ModelFileError

FACTS = {
    "python": [3, 11], "system": "Linux", "machine": "aarch64", "bits": 64,
    "libc": ["glibc", "2.36"], "modules": ["numpy", "PIL"], "folder": "/nowhere",
}  # fmt: skip

Program = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Writes a shell script that stands for the device's Python; its path."""

    def write(text: str) -> str:
        file = tmp_path / "python3"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return str(file)

    return write


def _needs(python: str, **changes: object) -> Needs:
    fields = {"formats": ("onnx",), "remote_python": python, **changes}
    return Needs(**fields)  # type: ignore[arg-type]  # fields of several types


def _open_and_fail(sshd: Sshd, needs: Needs) -> DeviceError:
    with pytest.raises(DeviceError) as caught, open_ssh(parse_address(sshd.address), needs):
        pytest.fail("opened")
    assert caught.value.tip
    assert sshd.address in str(caught.value)
    return caught.value


def test_no_python(sshd: Sshd) -> None:
    error = _open_and_fail(sshd, _needs("/absent/python3"))
    assert "there is no '/absent/python3'" in str(error)
    assert "sudo apt install python3" in str(error.tip)


def test_a_python_that_is_too_old(sshd: Sshd, program: Program) -> None:
    python = program(f"echo '{json.dumps(FACTS | {'python': [3, 9]})}'")
    error = _open_and_fail(sshd, _needs(python))
    assert "is Python 3.9; 3.11 or newer is needed" in str(error)
    assert "--remote-python" in str(error.tip)


@pytest.mark.parametrize("answer", ["{no JSON", '{"a": 1}', "{}"], ids=["no JSON", "other keys", "no keys"])
def test_a_python_that_answers_something_else(sshd: Sshd, program: Program, answer: str) -> None:
    error = _open_and_fail(sshd, _needs(program(f"echo '{answer}'")))
    assert f"answered {answer!r}, which is no Python's answer" in str(error)


def test_a_missing_engine_is_named_with_what_to_install(sshd: Sshd, program: Program) -> None:
    error = _open_and_fail(sshd, _needs(program(f"echo '{json.dumps(FACTS)}'")))
    assert "lacks an engine for .onnx files (onnxruntime)" in str(error)
    assert "--install" in str(error.tip)
    assert "edgesmith[onnx]" in str(error.tip)


def test_a_platform_without_wheels_is_refused_before_pip(sshd: Sshd, program: Program) -> None:
    python = program(f"echo '{json.dumps(FACTS | {'machine': 'armv6l'})}'")
    error = _open_and_fail(sshd, _needs(python, install=True))
    assert "pip has no onnxruntime for Python 3.11 on Linux armv6l" in str(error)


def test_an_installation_that_fails_gives_pips_words(sshd: Sshd, program: Program) -> None:
    facts = json.dumps(FACTS | {"folder": str(sshd.cache)})
    python = program(f"case $1 in -c) echo '{facts}';; *) echo ensurepip is not available; exit 1;; esac")
    error = _open_and_fail(sshd, _needs(python, install=True))
    assert "ensurepip is not available" in str(error)
    assert "python3-venv" in str(error.tip)


def test_files_that_the_device_cannot_take(sshd: Sshd, program: Program) -> None:
    # 512-byte blocks (POSIX, ulimit): the first file that is larger fails as on a full disk.
    error = _open_and_fail(sshd, _needs(program(f'ulimit -f 8; exec {sys.executable} "$@"')))
    assert "cannot store files in" in str(error)
    assert "File too large" in str(error)
    left = [entry for entry in sshd.cache.rglob("*") if entry.is_file()]
    assert not [entry for entry in left if "edgesmith/bench" in str(entry)]


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a small file system")
def test_a_full_disk(sshd: Sshd) -> None:
    sshd.cache.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(sshd.cache)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small file system: {mounted.stderr.strip()}")
    try:
        error = _open_and_fail(sshd, _needs(sys.executable))
    finally:
        subprocess.run(["umount", str(sshd.cache)], check=True)  # noqa: S607 - the one on PATH
    assert "no space for the files" in str(error)
    assert "make room on the device" in str(error.tip)


def test_files_are_sent_once_and_workers_read_them(
    sshd: Sshd, models: tuple[Path, Path], pictures: Path, tmp_path: Path
) -> None:
    files = [models[0], *sorted(pictures.rglob("*.png"))]
    with open_ssh(parse_address(sshd.address), _needs(sys.executable)) as device:
        places = device.place(files, Silence())
        assert Path(places[files[0]]).read_bytes() == models[0].read_bytes()
        stored = {entry: entry.stat().st_mtime_ns for entry in (sshd.cache / "edgesmith/bench").iterdir()}
        assert device.place(files, Silence()) == places
        assert stored == {
            entry: entry.stat().st_mtime_ns for entry in (sshd.cache / "edgesmith/bench").iterdir()
        }
        with device.start_worker("colours") as worker:
            bad = messages.Load(model="absent.onnx", threads=1, engine=None)
            with pytest.raises(ModelFileError, match="colours"):
                worker.ask(bad, messages.Loaded)
            request = messages.ColdStart(
                model=places[files[0]], threads=1, engine=None, image=places[files[1]]
            )
            cold = worker.ask(request, messages.ColdStarted)
            assert cold.milliseconds > cold.loaded.load_ms > 0
            assert len(sshd.workers()) >= 1
    assert sshd.wait_for_no_workers() == []
