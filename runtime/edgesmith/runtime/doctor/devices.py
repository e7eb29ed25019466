"""What is attached: cameras, a GPU for training, and accelerators that edgesmith does not use."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from edgesmith.runtime.doctor.finding import Finding
from edgesmith.runtime.machine.kernelfiles import read_text

# Video devices of a Raspberry Pi that are no cameras: decoders, encoders and image processors (driver names
# of its kernel: bcm2835-codec, bcm2835-isp, rpivid, rpi-hevc-dec, pispbe).
_NO_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpivid", "rpi-hevc", "pispbe")

# The receivers of its camera connector (drivers unicam and rp1-cfe), which libcamera alone can drive.
_CONNECTOR = ("unicam", "rp1-cfe")

# Device nodes of accelerators, with their names (drivers apex, hailo_pci, ethos).
_ACCELERATORS = {"apex_0": "a Coral Edge TPU", "hailo0": "a Hailo accelerator", "ethosu0": "an Arm Ethos NPU"}

_NVIDIA_QUERY = ("--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")


def examine_cameras(root: Path = Path("/")) -> Iterator[Finding]:
    """V4L2 cameras, the Raspberry Pi's connector, and libcamera's programs and Python module."""
    cameras = list(_cameras(root))
    for name, nodes in cameras:
        if name.startswith(_CONNECTOR):
            continue
        barred = not any(os.access(node, os.R_OK | os.W_OK) for node in nodes)
        yield Finding(
            topic="camera",
            status="problem" if barred else "ok",
            what=f"{name} ({', '.join(f'/dev/{node.name}' for node in nodes)})",
            advice="it may not be opened: sudo usermod -aG video $USER, then log in again"
            if barred
            else None,
        )
    connector = any(name.startswith(_CONNECTOR) for name, _ in cameras)
    tool = next(filter(shutil.which, ("rpicam-hello", "libcamera-hello")), None)
    python = find_spec("picamera2") is not None
    if connector or tool or python:
        yield Finding(
            topic="libcamera",
            status="ok" if python else "note",
            what=f"{'a' if connector else 'no'} camera connector in use, {tool or 'no rpicam-hello'}, "
            f"{'picamera2' if python else 'no picamera2'}",
            advice=None
            if python
            else "sudo apt install python3-picamera2, and a virtual environment with --system-site-packages",
        )
    if not cameras and not connector:
        yield Finding(topic="camera", status="ok", what="none; only streams need one")


def _cameras(root: Path) -> Iterator[tuple[str, list[Path]]]:
    """Names of video devices that may be cameras, each with its nodes: a camera can have several."""
    by_name: dict[str, list[Path]] = {}
    for folder in sorted((root / "sys/class/video4linux").glob("video*")):
        name = read_text(folder / "name") or folder.name
        if not name.startswith(_NO_CAMERAS):
            by_name.setdefault(name, []).append(root / "dev" / folder.name)
    yield from by_name.items()


def examine_gpu() -> Iterator[Finding]:
    """NVIDIA's graphics processors, which training can use."""
    names = _nvidia_gpus()
    if not names:
        yield Finding(topic="GPU", status="ok", what="none that nvidia-smi knows; only training would use it")
    for name in names:
        yield Finding(
            topic="GPU",
            status="note",
            what=name,
            advice="for training: pip install 'tensorflow[and-cuda]'; models run on the CPU all the same",
        )


def _nvidia_gpus() -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command, found on PATH
            [program, *_NVIDIA_QUERY], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.splitlines() if line.strip()]


def examine_accelerators(root: Path = Path("/")) -> Iterator[Finding]:
    """What edgesmith leaves to others."""
    there = [name for node, name in _ACCELERATORS.items() if (root / "dev" / node).exists()]
    found = f"{' and '.join(there)} is not used" if there else "none found"
    yield Finding(
        topic="accelerators",
        status="note" if there else "ok",
        what=f"{found}: Edge TPU, NNAPI, Hailo and their like are out of scope, models run on the CPU",
    )
