"""The RUN folder while it is being filled: `unfinished.json` says what for, `run.json` comes last."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgesmith.runtime.atomic import require_free, write_json
from edgesmith.runtime.errors import DataError, EdgesmithError, ModelFileError, OptionError, OutputError
from edgesmith.runtime.runrecord import RUN_FILE, UNFINISHED_FILE
from edgesmith.train.checkpoint import has_progress
from edgesmith.train.defaults import SettledPlan

_SCHEMA = "edgesmith.unfinished/1"

# What may differ when a training goes on: it changes where the numbers are computed, not which.
_FREE = frozenset({"machine"})


def require_startable(plan: SettledPlan, *, resume: bool) -> None:
    """Raise `OutputError` or `OptionError` unless the plan's RUN folder can be begun, or gone on with.

    A folder that is absent or empty can be both: a script may always say `--resume`. Of several hosts only the
    first writes it.
    """
    folder = plan.output
    if plan.machine.host_index not in (None, 0):
        return
    if not (folder / UNFINISHED_FILE).is_file():
        if (folder / RUN_FILE).is_file() and resume:
            raise OutputError(
                f"the training in {str(folder)!r} is finished",
                tip="`edgesmith convert` goes on from it; -o with another folder trains anew",
            )
        require_free(folder)
    elif not resume:
        raise OutputError(
            f"{str(folder)!r} holds a training that was not finished",
            tip="--resume goes on with it; or name another folder, or remove this one",
        )
    else:
        _require_same_plan(folder, plan)


@contextmanager
def run_folder(plan: SettledPlan, *, data: str, say: Callable[[str], None]) -> Iterator[Path]:
    """The plan's RUN folder, to be filled in place: it can be watched, and a killed training be gone on with.

    `data`: the SHA-256 of the images; other ones than before are refused with a `DataError`. An exception before
    the first whole epoch removes what was made; after it the folder stays for `--resume`.
    `run.json`, which every other command asks for, is what the block writes last.
    """
    folder = plan.output
    was_there = folder.is_dir()
    unfinished = folder / UNFINISHED_FILE
    if unfinished.is_file() and _read(unfinished)["data"] != data:
        raise DataError(
            f"the images are not those that the training in {str(folder)!r} began with",
            tip="put them back, or name another folder",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {str(folder)!r}: {error.strerror or error}",
            tip="-o with a folder that you may write to",
        ) from error
    write_json(unfinished, {"schema": _SCHEMA, "data": data, "plan": plan.to_json()})
    try:
        yield folder
    except BaseException as error:
        if has_progress(folder):
            # What edgesmith itself says of the training would come again at the same step.
            again = (
                ""
                if isinstance(error, EdgesmithError)
                else "; the same command with --resume goes on with it"
            )
            say(f"{str(folder)!r} keeps what was trained, the best epoch of each stage in checkpoint/{again}")
        else:
            _clear(folder, keep=was_there)
        raise
    unfinished.unlink()


def _clear(folder: Path, *, keep: bool) -> None:
    if not keep:
        shutil.rmtree(folder)
        return
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _require_same_plan(folder: Path, plan: SettledPlan) -> None:
    before: dict[str, Any] = _read(folder / UNFINISHED_FILE)["plan"]
    now = json.loads(json.dumps(plan.to_json()))  # as it was read back: tuples are lists there
    differing = [key for key in now if key not in _FREE and before.get(key) != now[key]]
    if differing:
        changes = ", ".join(f"{key} {before.get(key)!r} → {now[key]!r}" for key in differing)
        raise OptionError(
            f"--resume with another plan than the training in {str(folder)!r} began with: {changes}",
            tip="give the options of then, or name another folder",
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelFileError(f"{str(file)!r} cannot be read: {error}", tip="remove the folder") from error
    if (
        not isinstance(document, dict)
        or document.get("schema") != _SCHEMA
        or not {"data", "plan"} <= set(document)
    ):
        raise ModelFileError(f"{str(file)!r} is no {_SCHEMA!r}", tip="remove the folder")
    return document
