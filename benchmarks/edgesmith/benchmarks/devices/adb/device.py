"""A phone behind `adb`, as a device."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from edgesmith.benchmarks.devices.adb.facts import PhoneFacts, read_facts, with_phone
from edgesmith.benchmarks.devices.adb.missing import no_python
from edgesmith.benchmarks.devices.adb.phone import AdbShell, find_phone
from edgesmith.benchmarks.devices.adb.python import find_python
from edgesmith.benchmarks.devices.adb.state import read_phone_state, with_phone_state
from edgesmith.benchmarks.devices.address import DeviceAddress
from edgesmith.benchmarks.devices.device import Needs, Worker
from edgesmith.benchmarks.devices.remote.device import RemoteDevice, open_remote
from edgesmith.benchmarks.progress import Progress
from edgesmith.benchmarks.worker.messages import Request
from edgesmith.runtime.machine.environment import Environment
from edgesmith.runtime.machine.state import State

T = TypeVar("T")


@contextmanager
def open_adb(address: DeviceAddress, needs: Needs) -> Iterator["AndroidDevice"]:
    """Find the phone and a Python on it, look, and bring the code. Raises `DeviceError`.

    `OnlyBenchmarkModelError`, one of these, says that there is no Python and that LiteRT's own tool is there.
    """
    phone = find_phone(address)
    shell = AdbShell(phone=phone)
    with ExitStack() as stack:
        found = find_python(phone, needs.remote_python, stack)
        if found is None:
            raise no_python(shell, needs)
        facts = read_facts(shell)
        yield AndroidDevice(open_remote(found[0], needs, python=found[1]), shell, facts)


class AndroidDevice:
    """A Python on the phone measures; `shell`, adb's own, tells what an app may not read."""

    def __init__(self, remote: RemoteDevice, shell: AdbShell, facts: PhoneFacts) -> None:
        self._remote, self._shell, self._facts = remote, shell, facts

    def place(self, files: Sequence[Path], progress: Progress) -> Mapping[Path, str]:
        """Copy what is not there yet."""
        return self._remote.place(files, progress)

    def start_worker(self, subject: str) -> "AndroidWorker":
        """A process of the phone; ends with the connection."""
        return AndroidWorker(self._remote.start_worker(subject), self._shell, self._facts)


class AndroidWorker:
    """A worker whose answers about the machine are completed with what the phone's shell may read."""

    def __init__(self, worker: Worker, shell: AdbShell, facts: PhoneFacts) -> None:
        self._worker, self._shell, self._facts = worker, shell, facts

    def ask(self, request: Request, answer: type[T]) -> T:
        """Send a request and wait for its answer. Raises as `Worker.ask` does."""
        found = self._worker.ask(request, answer)
        if isinstance(found, Environment):
            return cast("T", with_phone(found, self._facts))
        if isinstance(found, State):
            return cast("T", with_phone_state(found, read_phone_state(self._shell)))
        return found

    def __enter__(self) -> "AndroidWorker":
        self._worker.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.__exit__(kind, error, trace)
