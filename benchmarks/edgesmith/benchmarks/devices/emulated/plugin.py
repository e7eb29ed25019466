"""The plugin that counts instructions inside QEMU, compiled from the C beside this file on first use."""

import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.tools import require_commands, run_command
from edgesmith.runtime.errors import DeviceError

_SOURCE, _HEADER = "instruction_counter.c", "instruction_class.h"
_FLAGS = ("-O2", "-fvisibility=hidden", "-shared", "-fPIC")

API = 1  # of QEMU's plugin interface, see emulator.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """`library`: what QEMU loads."""

    library: Path

    def variables(self, output: Path) -> dict[str, str]:
        """The environment that makes QEMU load it and write the counts to `output`."""
        library, target = (str(path).replace(",", ",,") for path in (self.library, output))  # QEMU's escape
        return {"QEMU_PLUGIN": f"file={library},output={target}"}


def build_plugin(folder: Path) -> Plugin:
    """Compile it into `folder`, unless it is there already. Raises `DeviceError` without gcc, and with its own words."""
    require_commands("gcc")
    package = files(__package__)
    texts = [package.joinpath(name).read_bytes() for name in (_SOURCE, _HEADER)]
    library = folder / f"instruction-counter-{sha256(repr((texts, _FLAGS)).encode()).hexdigest()[:16]}.so"
    if not library.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with as_file(package) as sources, tempfile.TemporaryDirectory(dir=folder) as new:
            built = Path(new) / library.name
            run_command(
                ["gcc", *_FLAGS, "-o", str(built), str(sources / _SOURCE)],
                what="compiling the instruction counter",
                tip="sudo apt-get install gcc libc6-dev",
            )
            built.replace(library)
    return Plugin(library=library)


def refusal(said: str) -> DeviceError | None:
    """The error when QEMU's last words, `said`, are that it does not take the plugin; None when they are others."""
    line = next(
        (line for line in said.splitlines() if "load plugin" in line or "instruction counter: " in line), None
    )
    if line is None:
        return None
    return DeviceError(
        f"QEMU does not take the instruction counter: {line.strip()}",
        tip="install the qemu-user of Debian or Ubuntu; 7.2 was tried",
    )
