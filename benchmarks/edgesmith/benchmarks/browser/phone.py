"""One phone: what it has posted, in memory and in a journal of its own as it comes."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from edgesmith.benchmarks.browser.events import AnyEvent, Mark, Registration, read_event
from edgesmith.benchmarks.browser.limits import Length, Matching
from edgesmith.benchmarks.jsonlines import append_lines, whole_lines
from edgesmith.runtime.errors import DataError, ModelFileError, OutputError
from edgesmith.runtime.strict import from_json

PHONE_SCHEMA: Literal["edgesmith.phone-journal/1"] = "edgesmith.phone-journal/1"

# A visit of 20 variants with 500 samples each is 0.3 MB. A phone that posts more than this measures nothing.
MAX_JOURNAL_BYTES = 20_000_000

MOST_UNDER_ONE_NUMBER = 8  # a page that is loaded anew gives away one; what is beyond that is no page


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneHead(Registration):
    """The first line of a journal. `device`: the phone's id. `label`: a name for folders."""

    device: Annotated[str, Length(1, 64), Matching(r"[A-Za-z0-9_-]+")]
    label: Annotated[str, Length(1, 80), Matching(r"[a-z0-9-]+")]
    schema: Literal["edgesmith.phone-journal/1"] = PHONE_SCHEMA


class Phone:
    """A device of a session. `events` by number; `acknowledged`: the highest number up to which none is missing.

    One that comes twice counts once. Two that differ under one number are both kept, as they came: a page that is closed
    may have sent what its browser had no time to store, and gives that number away again when it is loaded anew.
    """

    def __init__(self, head: PhoneHead, file: Path) -> None:
        """A phone that has posted nothing yet; `begin` writes it down."""
        self.head = head
        self.events: dict[int, list[AnyEvent]] = {}
        self.acknowledged = 0
        self._file = file

    def begin(self) -> None:
        """Write the first line. Raises `OutputError`."""
        append_lines(self._file, [dataclasses.asdict(self.head)])

    @classmethod
    def read(cls, file: Path) -> "Phone | None":
        """A phone from its journal; None for one whose first line was cut off. Raises `DataError` for a damaged one."""
        try:
            lines = whole_lines(file)
            if not lines:
                return None
            phone = cls(from_json(PhoneHead, json.loads(lines[0]), where=file.name), file)
            phone._remember(read_event(json.loads(line)) for line in lines[1:])
        except (ValueError, ModelFileError) as error:
            raise DataError(
                f"{str(file)!r} is not what edgesmith writes: {error}",
                tip="remove it to go on without that phone",
            ) from error
        return phone

    def take(self, events: Iterable[AnyEvent]) -> list[AnyEvent]:
        """Keep those that are new, in the journal first. Returns them. Raises `OutputError`; nothing is kept then."""
        new: list[AnyEvent] = []
        for event in events:
            known = [*self.events.get(event.seq, ()), *(one for one in new if one.seq == event.seq)]
            if len(known) < MOST_UNDER_ONE_NUMBER and event not in known:
                new.append(event)
        if new:
            if self._file.exists() and self._file.stat().st_size > MAX_JOURNAL_BYTES:
                raise OutputError(
                    f"the journal of this phone holds more than {MAX_JOURNAL_BYTES // 10**6} MB",
                    tip="no visit is so long; register anew",
                )
            append_lines(self._file, map(dataclasses.asdict, new))
            self._remember(new)
        return new

    @property
    def lost(self) -> int:
        """How many events are missing: numbers below the highest that never came, and those that were refused."""
        void = sum(isinstance(event, Mark) and event.type == "void" for event in self.in_order())
        return max(self.events, default=0) - len(self.events) + void

    @property
    def done(self) -> bool:
        """Whether the page said that nothing is left to do, and everything before that is here."""
        return any(
            isinstance(event, Mark) and event.type == "done" and event.seq <= self.acknowledged
            for event in self.in_order()
        )

    def in_order(self) -> list[AnyEvent]:
        """The events as they happened."""
        return [event for seq in sorted(self.events) for event in self.events[seq]]

    def _remember(self, events: Iterable[AnyEvent]) -> None:
        for event in events:
            self.events.setdefault(event.seq, []).append(event)
        while self.acknowledged + 1 in self.events:
            self.acknowledged += 1
