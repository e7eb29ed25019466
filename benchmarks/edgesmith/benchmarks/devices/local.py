"""The machine that the controller runs on."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from edgesmith.benchmarks.devices.process import WorkerProcess
from edgesmith.benchmarks.progress import Progress

# -P: what lies in the current folder must not shadow modules.
_COMMAND = (sys.executable, "-P", "-m", "edgesmith.benchmarks.worker")


def start_worker(subject: str) -> WorkerProcess:
    """Start a fresh worker process; `subject` names the model file in messages."""
    return WorkerProcess(subject, command=_COMMAND, environment=measured_environment())


def measured_environment() -> dict[str, str]:
    """This process's environment variables, but for what makes starts slower than they are in use."""
    # Without cached bytecode every start would compile all modules anew, which no device in use does.
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class LocalDevice:
    """Files stay where they are."""

    def place(self, files: Sequence[Path], _: Progress) -> Mapping[Path, str]:
        """Their absolute paths; nothing is copied, so there is no progress to tell."""
        return {file: str(file.resolve()) for file in files}

    def start_worker(self, subject: str) -> WorkerProcess:
        """A process of this machine."""
        return start_worker(subject)
