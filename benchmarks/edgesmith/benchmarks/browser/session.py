"""The phones of one benchmark, and what must outlive the server: the page's address, names, and all that was posted.

    DIR/journal/session.json    token, session id, port, and what is measured
    DIR/journal/<device>.jsonl  a phone: a line that says who it is, then a line an event

The folder is for its owner alone, since the token in it is what lets a phone in.
"""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from edgesmith.benchmarks.browser.events import Registration
from edgesmith.benchmarks.browser.phone import Phone, PhoneHead
from edgesmith.benchmarks.journal import difference
from edgesmith.runtime.atomic import require_free, write_json
from edgesmith.runtime.errors import DataError, ModelFileError, OutputError
from edgesmith.runtime.strict import from_json
from edgesmith.runtime.web.tokens import new_token

SESSION_SCHEMA: Literal["edgesmith.phone-session/1"] = "edgesmith.phone-session/1"
JOURNAL = "journal"
MAX_PHONES = 100

_SESSION_FILE = "session.json"
_LABEL = 40  # characters of a folder's name, before the number that tells two phones of one name apart


class FullSessionError(OutputError):
    """As many phones have registered as there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`session.json`. `measured`: models, images and plan; a session of others is another. `port`: None before the first."""

    token: str
    session: str
    measured: dict[str, Any]
    port: int | None = None
    schema: Literal["edgesmith.phone-session/1"] = SESSION_SCHEMA


class Session:
    """What `kept` says, and the phones by id, in the order of their registration."""

    def __init__(self, folder: Path, kept: Kept, phones: dict[str, Phone]) -> None:
        self.kept, self.phones = kept, phones
        self._folder = folder

    def begin(self, port: int) -> None:
        """Write down what must outlive the server, the port too: open pages find the next server there.

        Raises `OutputError`.
        """
        self.kept = replace(self.kept, port=port)
        fields = asdict(self.kept)
        document = {"schema": fields.pop("schema"), **fields}
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(
                f"cannot write {str(self._folder)!r}: {error.strerror or error}",
                tip="check the free space and the permissions of that place",
            ) from error
        write_json(self._folder / _SESSION_FILE, document)

    def forget(self) -> None:
        """Nobody came: leave the folder as it was found."""
        (self._folder / _SESSION_FILE).unlink()
        self._folder.rmdir()
        if not any(self._folder.parent.iterdir()):
            self._folder.parent.rmdir()

    def register(self, asked: Registration) -> Phone:
        """Make a phone a device. Raises `FullSessionError`, and `OutputError` when it cannot be written down."""
        if len(self.phones) >= MAX_PHONES:
            raise FullSessionError(
                f"{MAX_PHONES} phones are registered", tip="measure others in another folder"
            )
        # Numbered, so that the files sort by registration.
        device = f"{len(self.phones):03d}-{secrets.token_urlsafe(12)}"
        taken = {phone.head.label for phone in self.phones.values()} | {JOURNAL}
        label = next(label for label in _labels(asked.name) if label not in taken)
        phone = Phone(
            PhoneHead(device=device, label=label, name=asked.name), self._folder / f"{device}.jsonl"
        )
        phone.begin()
        self.phones[device] = phone
        return phone

    @property
    def done(self) -> int:
        """How many phones have finished."""
        return sum(phone.done for phone in self.phones.values())


def open_session(output: Path, measured: dict[str, Any], *, resume: bool) -> Session:
    """A session for the folder `output`, or the one that is there; a new one is written by `begin`.

    Raises `OutputError` for a folder that holds something else, or a session when `resume` does not ask for it, and
    `DataError` for a session of other models, images or options, or a damaged one.
    """
    folder = output / JOURNAL
    file = folder / _SESSION_FILE
    measured = json.loads(json.dumps(measured))
    if file.exists():
        if not resume:
            raise OutputError(
                f"{str(output)!r} holds what phones have measured",
                tip="--resume goes on with it; or name another folder",
            )
        return Session(folder, _read_kept(file, measured), dict(_read_phones(folder)))
    require_free(output)
    return Session(folder, Kept(token=new_token(), session=secrets.token_urlsafe(9), measured=measured), {})


def _read_kept(file: Path, measured: dict[str, Any]) -> Kept:
    try:
        kept = from_json(Kept, json.loads(file.read_bytes()), where=file.name)
    except (OSError, ValueError, ModelFileError) as error:
        raise DataError(f"{str(file)!r} cannot be read: {error}", tip="name another folder") from error
    if kept.measured != measured:
        raise DataError(
            f"{str(file)!r} is of another benchmark: {difference(kept.measured, measured)}",
            tip="give the same files, data and options to go on, or name another folder",
        )
    return kept


def _read_phones(folder: Path) -> Iterator[tuple[str, Phone]]:
    for file in sorted(folder.glob("*.jsonl")):
        phone = Phone.read(file)
        if phone is None:  # killed while it registered: the page was not told its id
            file.unlink()
        else:
            yield phone.head.device, phone


def _labels(name: str) -> Iterator[str]:
    """Folder names for a phone: `pixel-8`, `pixel-8-2`, `pixel-8-3`, …"""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LABEL].strip("-") or "phone"
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
