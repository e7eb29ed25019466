"""A worker that a shell leads to, and how it ends."""

from dataclasses import dataclass

import pytest

from edgesmith.benchmarks.devices.remote.device import RemoteDevice
from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.watch import LOST
from edgesmith.runtime.errors import DeviceError, EdgesmithError, EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A shell of this machine that never notices a lost connection, as adb's when its server was started anew."""

    name: str = "pi"

    def command(self, script: str) -> list[str]:
        return ["sh", "-c", script]

    def diagnose(self, _code: int, _said: str) -> EdgesmithError | None:
        return None


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (0, DeviceError, "pi: the connection was lost"),
        (LOST, DeviceError, "pi: the connection was lost"),
        (137, EngineError, "killed by signal 9"),
    ],
    ids=["its stdin was closed", "in the middle of an answer", "memory"],
)
def test_an_end_from_outside_is_no_answer(
    code: int, kind: type[EdgesmithError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the journal would keep it as the model's failure, and `--resume` would believe it."""
    monkeypatch.setattr(RemoteDevice, "_bring_code", lambda device: "/nowhere")
    device = RemoteDevice(Here(), python="false", folder="/nowhere")
    monkeypatch.setattr("edgesmith.benchmarks.devices.remote.device._WORKER", f"read line; exit {code}")
    with device.start_worker("a.onnx") as worker, pytest.raises(kind, match=words):
        worker.ask(messages.ReadMemory(), messages.Memory)
