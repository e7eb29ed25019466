"""On what a training ran, for `run.json`."""

import csv
import platform
import shutil
import subprocess
from importlib.metadata import version
from typing import Any

from edgesmith.runtime.machine.environment import read_environment
from edgesmith.train.backend import keras, tf
from edgesmith.train.machine.division import current_division

_PACKAGES = ("tensorflow", "keras", "numpy", "pillow")

_MIB = 2**20  # what nvidia-smi counts memory in


def describe_environment() -> dict[str, Any]:
    """Versions and hardware; nothing here names the host or the user, since runs get published.

    Elsewhere run.json does hold a path: the absolute root of the data, by which conversion finds the images. Of
    several hosts it is the first.
    """
    backend, division = keras.config.backend(), current_division()
    packages = (*_PACKAGES, *(("jax", "jaxlib") if backend == "jax" else ()))
    found = read_environment()
    return {
        "edgesmith": version("edgesmith"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "compute": {
            "backend": backend,
            "policy": keras.config.dtype_policy().name,
            "device": _device_kind(backend),
            "devices": division.devices,
            "hosts": division.hosts,
        },
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "cpu": found.cpu_model,
            "cores": found.cores,
            "memory_bytes": found.ram_bytes,
            "gpus": describe_gpus(),
        },
    }


def describe_gpus() -> list[dict[str, Any]]:
    """Name and memory of every GPU that the NVIDIA driver shows, used or not; none where there is no driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    listing = subprocess.run(  # noqa: S603  # the driver's own program
        [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:  # the program is there, the driver or the GPU is not
        return []
    rows = csv.reader(listing.stdout.splitlines(), skipinitialspace=True)
    return [
        {"name": name, "memory_bytes": int(memory) * _MIB if memory.isdecimal() else None}
        for name, memory in rows
    ]


def _device_kind(backend: str) -> str:
    if backend == "jax":
        import jax

        return str(jax.default_backend())
    return "gpu" if tf.config.get_visible_devices("GPU") else "cpu"
