"""The place of a training: devices made ready, hosts met, and where this host writes."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgesmith.train.backend import keras
from edgesmith.train.checkpoint import FOLDER
from edgesmith.train.defaults import SettledPlan
from edgesmith.train.machine.devices import prepare_devices, settle_jax
from edgesmith.train.machine.jaxhosts import join_hosts
from edgesmith.train.machine.meeting import Meeting, meet
from edgesmith.train.machine.mirrored import mirrored_strategy
from edgesmith.train.machine.watch import Watch

# May differ between hosts: where things lie (their contents are compared), and which host it is.
_OWN = ("data", "weights", "start_from", "teacher", "machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`plan`: with the folder that this host writes. `say`: for the user, of that folder.

    `meeting`: with the other hosts, None where there are none.
    """

    plan: SettledPlan
    say: Callable[[str], None]
    meeting: Meeting | None = None

    def require_same_images(self, sha256: str) -> None:
        """Raise `OptionError` on every host when one has other images than host 0."""
        if self.meeting is not None:
            self.meeting.agree({"the SHA-256 of the images": sha256})


@contextmanager
def take_place(plan: SettledPlan, *, say: Callable[[str], None]) -> Iterator[Place]:
    """Set up the machine as the plan wants it, for the block: networks are built and fitted inside of it.

    Of several hosts the first writes the RUN. The others keep theirs in a temporary folder until the end, and
    begin with the checkpoints of host 0. Raises `EdgesmithError` for devices or hosts that are not there.
    """
    machine = plan.machine
    prepare_devices(machine.device)
    if machine.distribute == "mirrored":
        with mirrored_strategy(batch_size=plan.fitting.batch_size).scope():
            yield Place(plan=plan, say=say)
    elif machine.distribute == "hosts":
        meeting = meet(machine, say=say)
        try:
            with _joined(plan, meeting, say) as place, Watch(meeting):
                yield place
        finally:
            meeting.close()
    else:
        if keras.config.backend() == "jax":
            settle_jax(machine.device)
        yield Place(plan=plan, say=say)


@contextmanager
def _joined(plan: SettledPlan, meeting: Meeting, say: Callable[[str], None]) -> Iterator[Place]:
    meeting.agree({**_shared(plan), **{name: version(name) for name in ("edgesmith", "keras", "jax")}})
    with tempfile.TemporaryDirectory(prefix="edgesmith-host-") as folder:
        own = plan if meeting.index == 0 else replace(plan, output=Path(folder) / "run")
        hand_out_checkpoints(meeting, own.output)
        join_hosts(meeting, coordinator=str(plan.machine.coordinator).rpartition(":")[0])
        settle_jax(plan.machine.device)
        yield Place(plan=own, say=say if meeting.index == 0 else lambda _: None, meeting=meeting)


def hand_out_checkpoints(meeting: Meeting, run: Path) -> None:
    """Copy the states that host 0 has in its RUN into that of every other host."""
    files = sorted((run / FOLDER).glob("*.state.npz")) if meeting.index == 0 else []
    header, _ = meeting.hand_out({"files": [file.name for file in files]})
    for index, name in enumerate(header["files"]):
        _, content = meeting.hand_out({}, files[index].read_bytes() if files else b"")
        if meeting.index != 0:
            target = run / FOLDER / Path(name).name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _shared(plan: SettledPlan) -> dict[str, Any]:
    return {name: value for name, value in plan.to_json().items() if name not in _OWN}
