"""On what a training ran, for `run.json`."""

import platform
from importlib.metadata import version
from typing import Any

from edgesmith.runtime.cpu import usable_cores
from edgesmith.train.backend import tf

_PACKAGES = ("tensorflow", "keras", "numpy", "pillow")


def describe_environment() -> dict[str, Any]:
    """Versions and hardware; nothing here names the host or the user, since runs get published.

    Elsewhere run.json does hold a path: the absolute root of the data, by which conversion finds the images.
    """
    return {
        "edgesmith": version("edgesmith"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "machine": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "cores": usable_cores(),
            "gpus": len(tf.config.list_physical_devices("GPU")),
        },
    }
