import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.benchmarks.devices.adbd import Phone, Server, run_server
from tests.benchmarks.devices.android import equip
from tests.benchmarks.devices.sshd import Sshd, missing_requirement, run_sshd

from edgesmith.runtime.modelfile import SPEC_NAME, read_spec


@pytest.fixture
def sshd(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """A device of this machine behind a real sshd; `ssh` on PATH knows its keys."""
    reason = missing_requirement()
    if reason is not None:
        pytest.skip(f"a real sshd: {reason}")
    with run_sshd(tmp_path_factory.mktemp("sshd")) as running:
        monkeypatch.setenv("PATH", f"{running.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        yield running


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    """A folder that stands for an Android phone; nothing knows it before `adb_server` does."""
    standing = Phone(root=tmp_path / "phone")
    equip(standing)
    return standing


@pytest.fixture
def adb_server(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A stand-in of the adb server that knows `phone`; the real `adb` on PATH asks it."""
    if shutil.which("adb") is None:
        pytest.skip("no adb; `apt-get install adb` brings it")
    with run_server([phone]) as server:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
        yield server


@pytest.fixture
def tflite_model(models: tuple[Path, Path], tmp_path: Path) -> Path:
    """A `.tflite` with edgesmith's metadata and no operators: enough for what only copies it."""
    file = tmp_path / "colours-float32.tflite"
    file.write_bytes(b"\x1c\0\0\0TFL3" + bytes(64))
    with ZipFile(file, "a") as archive:
        archive.writestr(SPEC_NAME, read_spec(models[0]).to_json())
    return file
