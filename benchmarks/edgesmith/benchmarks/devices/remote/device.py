"""A machine behind a shell, as a device."""

import shlex
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.devices.remote.environment import install_environment
from edgesmith.benchmarks.devices.remote.facts import look_at, require_packages
from edgesmith.benchmarks.devices.remote.runner import runner_archive
from edgesmith.benchmarks.devices.remote.shell import Shell
from edgesmith.benchmarks.devices.remote.transfer import send
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.worker.watch import LOST
from edgesmith.runtime.errors import DeviceError, EdgesmithError
from edgesmith.runtime.runrecord import sha256_of

# As a package in a folder, not in a ZIP, so that Python keeps bytecode, as it does for whatever a device runs daily.
# The shell waits for the end: it turns a signal into 128 and its number (POSIX, 2.8.2), ssh turns it into 255.
_WORKER = """
PYTHONPATH={code}${{PYTHONPATH:+:$PYTHONPATH}}; export PYTHONPATH
unset PYTHONDONTWRITEBYTECODE
{python} -P -m edgesmith.benchmarks.worker
exit $?
"""


def open_remote(shell: Shell, needs: Needs, *, python: str) -> "RemoteDevice":
    """Look, install if that is wanted, and bring the code. `python`: what is run there. Raises `DeviceError`."""
    facts = look_at(shell, python)
    if needs.install:
        python = install_environment(shell, python, facts, needs)
        facts = look_at(shell, python)
    require_packages(facts, needs, name=shell.name)
    return RemoteDevice(shell, python=python, folder=facts.folder)


class RemoteDevice:
    """`python`: what is run there. `folder`: where everything is put there; it may be removed at any time."""

    def __init__(self, shell: Shell, *, python: str, folder: str) -> None:
        self._shell, self._python, self._folder = shell, python, folder
        self._code = self._bring_code()

    def place(self, files: Sequence[Path], progress: Progress) -> Mapping[Path, str]:
        """Copy what is not there yet."""
        names = {file: f"{sha256_of(file)}{file.suffix.lower()}" for file in files}
        sources = {name: file for file, name in names.items()}
        total = sum(file.stat().st_size for file in sources.values())
        with progress.bar("copy", total) as show:
            send(self._shell, sources, python=self._python, folder=self._folder, advance=show)
            show(total)
        return {file: f"{self._folder}/{name}" for file, name in names.items()}

    def start_worker(self, subject: str) -> WorkerProcess:
        """A process of the device; ends with the connection."""
        script = _WORKER.format(code=shlex.quote(self._code), python=shlex.quote(self._python))
        return WorkerProcess(subject, command=self._shell.command(script), diagnose=self._diagnose)

    def _diagnose(self, code: int, said: str) -> EdgesmithError | None:
        """A worker that ends with one of these had its stdin closed: by whatever leads there, since we did not."""
        lost = self._shell.diagnose(code, said)
        if lost is None and code in (0, LOST):
            return DeviceError(
                f"{self._shell.name}: the connection was lost", tip="check what may have ended it"
            )
        return lost

    def _bring_code(self) -> str:
        data = runner_archive()
        name = sha256(data).hexdigest()
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(data)
            file.flush()
            archive = {f"{name}.zip": Path(file.name)}
            send(self._shell, archive, python=self._python, folder=self._folder)
        return f"{self._folder}/{name}"
