"""Let an emulated board run one model, and read what the plugin counted."""

import json
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgesmith.benchmarks.devices.emulated.counts import CLASSES, Instructions
from edgesmith.benchmarks.devices.emulated.emulated_pi import EmulatedPi
from edgesmith.benchmarks.devices.emulated.plugin import Plugin, refusal
from edgesmith.benchmarks.worker.counting import COUNTED, Guest
from edgesmith.runtime.engines import EngineName
from edgesmith.runtime.errors import DeviceError, EdgesmithError, EngineError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.strict import from_json

_MODULE = "edgesmith.benchmarks.worker.counting"
_STDERR_LINES = 5

# One thread also in libraries that start theirs when they are imported, and the same order of every set.
_VARIABLES = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """An emulated Pi with what counting needs: `code`, the folder of edgesmith's modules for it, and the plugin."""

    pi: EmulatedPi
    code: Path
    plugin: Plugin


def count(
    setup: Setup, model: Path, *, engine: EngineName, images: Sequence[Path]
) -> tuple[Guest, tuple[Instructions, ...]]:
    """What ran there, and the instructions of each counted inference: `COUNTED` for each image at most, in their order.

    Raises the guest's own `EdgesmithError`, `EngineError` when it dies or its counts cannot be told apart, and
    `DeviceError` when QEMU does not take the plugin.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "counts"
        done = setup.pi.run(
            *("-P", "-m", _MODULE, engine, model.resolve(), *(image.resolve() for image in images)),
            modules=setup.code,
            variables=_VARIABLES | setup.plugin.variables(output),
            timeout=None,
        )
        answer = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
        if done.returncode or answer is None:
            raise _ended(setup, model, done.returncode, done.stderr)
        document = json.loads(answer)
        if "error" in document:
            raise from_json(Failure, document["error"], where="the board's error").revive(model.name)
        guest = from_json(Guest, document, where="the board's answer")
        if not output.is_file():
            raise refusal(done.stderr) or DeviceError(
                "QEMU ran without the instruction counter",
                tip="install the qemu-user of Debian or Ubuntu; 7.2 was tried",
            )
        counted = read_regions(output.read_text(), expected=COUNTED * len(images), subject=model.name)
    return guest, counted


def read_regions(text: str, *, expected: int, subject: str) -> tuple[Instructions, ...]:
    """The plugin's output as one entry for each pair of marks, those left out in which other threads were awake.

    Raises `EngineError` for other marks than `expected` pairs, and when less than half of them were undisturbed.
    """
    lines = [[int(word) for word in line.split()] for line in text.splitlines()]
    if len(lines) != 2 * expected:
        raise EngineError(
            f"{subject}: {len(lines)} marks instead of {2 * expected}; the engine makes some itself",
            tip="another --engine may count",
        )
    # A line is what happened since the mark before: at even places between inferences, at odd ones within.
    alone = [classes for *classes, foreign_calls in lines[1::2] if foreign_calls == 0]
    if 2 * len(alone) < expected:
        raise EngineError(
            f"{subject}: other threads of the engine worked during {expected - len(alone)} of {expected} "
            "inferences; counts are exact for one only",
            tip="another --engine may count",
        )
    return tuple(Instructions(**dict(zip(CLASSES, classes, strict=True))) for classes in alone)


def _ended(setup: Setup, model: Path, code: int, said: str) -> EdgesmithError:
    refused = refusal(said)
    if refused is not None:
        return refused
    if code == -signal.SIGILL:
        return EngineError(
            f"{model.name}: an instruction that the {setup.pi.board.cpu} of a {setup.pi.board.name} does not have",
            tip="the engine's wheel is not built for that board",
        )
    how = f"ended with code {code}" if code >= 0 else f"was killed by signal {-code}"
    return EngineError(
        f"{model.name}: the emulated {setup.pi.board.name} {how}",
        details=[f"| {line}" for line in said.strip().splitlines()[-_STDERR_LINES:]],
        tip="`edgesmith verify` says whether the file is intact",
    )
