"""The machine that the controller runs on."""

import os
import sys

from edgesmith.benchmarks.devices.process import WorkerProcess

# -P: what lies in the current folder must not shadow modules.
_COMMAND = (sys.executable, "-P", "-m", "edgesmith.benchmarks.worker")


def start_worker(subject: str) -> WorkerProcess:
    """Start a fresh worker process; `subject` names the model file in messages."""
    # Without cached bytecode every start would compile all modules anew, which no device in use does.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return WorkerProcess(subject, command=_COMMAND, environment=environment)
