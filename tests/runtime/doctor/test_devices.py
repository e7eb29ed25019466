import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.doctor import devices
from edgesmith.runtime.doctor.devices import examine_accelerators, examine_cameras, examine_gpu

Video = Callable[..., Path]


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's programs nor its Python modules count."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(devices, "find_spec", lambda _: None)


@pytest.fixture
def tool(tmp_path: Path) -> Callable[[str, str], None]:
    """Put a shell script on PATH."""

    def write(name: str, script: str) -> None:
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    return write


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """A root folder with video devices of these names."""

    def write(*names: str) -> Path:
        for number, name in enumerate(names):
            folder = tmp_path / f"sys/class/video4linux/video{number}"
            folder.mkdir(parents=True)
            (folder / "name").write_text(f"{name}\n")
            (tmp_path / "dev").mkdir(exist_ok=True)
            (tmp_path / f"dev/video{number}").touch()
        return tmp_path

    return write


def test_a_webcam_with_two_nodes_is_one_camera(video: Video) -> None:
    (found,) = examine_cameras(video("HD Webcam: HD Webcam", "HD Webcam: HD Webcam"))
    assert (found.status, found.what) == ("ok", "HD Webcam: HD Webcam (/dev/video0, /dev/video1)")


def test_a_camera_that_may_not_be_opened(video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    (found,) = examine_cameras(video("HD Webcam"))
    assert found.status == "problem"
    assert "video $USER" in str(found.advice)


def test_decoders_of_a_raspberry_pi_are_no_cameras(video: Video) -> None:
    (found,) = examine_cameras(
        video("bcm2835-codec-decode", "bcm2835-isp-capture0", "rpi-hevc-dec", "pispbe-input")
    )
    assert (found.status, found.what) == ("ok", "none; only streams need one")


@pytest.mark.parametrize("name", ["unicam-image", "rp1-cfe-csi2_ch0"], ids=["up to the Pi 4", "Pi 5"])
def test_the_camera_connector_wants_libcamera(
    name: str, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = video(name)
    (found,) = examine_cameras(root)
    assert (found.topic, found.status) == ("libcamera", "note")
    assert "python3-picamera2" in str(found.advice)
    monkeypatch.setattr(devices, "find_spec", lambda name: name)
    (found,) = examine_cameras(root)
    assert (found.status, found.advice) == ("ok", None)


@pytest.mark.parametrize("program", ["rpicam-hello", "libcamera-hello"])
def test_libcamera_without_a_camera(program: str, tool: Callable[[str, str], None], tmp_path: Path) -> None:
    tool(program, "exit 0")
    libcamera, camera = examine_cameras(tmp_path)
    assert program in libcamera.what
    assert camera.what.startswith("none")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 'Some GPU, 550.1, 8192 MiB'; echo 'Another, 550.1, 4096 MiB'", ["Some GPU, 550.1, 8192 MiB", "Another, 550.1, 4096 MiB"]),
        ("echo no devices >&2; exit 9", []),
        ("echo", []),
    ],
    ids=["two", "none", "nothing said"],
)  # fmt: skip
def test_gpus(script: str, expected: list[str], tool: Callable[[str, str], None]) -> None:
    tool("nvidia-smi", script)
    found = list(examine_gpu())
    assert [finding.what for finding in found if finding.status == "note"] == expected
    assert len(found) == max(1, len(expected))


def test_without_nvidia_smi() -> None:
    (found,) = examine_gpu()
    assert found.status == "ok"


def test_accelerators_are_out_of_scope_and_it_is_said(tmp_path: Path) -> None:
    (found,) = examine_accelerators(tmp_path)
    assert (found.status, "out of scope" in found.what) == ("ok", True)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/hailo0").touch()
    (found,) = examine_accelerators(tmp_path)
    assert (found.status, "a Hailo accelerator is not used" in found.what) == ("note", True)
