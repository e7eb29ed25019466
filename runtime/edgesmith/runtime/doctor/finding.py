"""What the doctor says: one thing found, how it is, and what to do."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Status = Literal["ok", "note", "problem"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`topic`: what was looked at, one word or two. `what`: what was found. `advice`: what to do, if anything.

    `note`: works, with a limit worth knowing. `problem`: something does not work, or spoils measurements.
    """

    topic: str
    status: Status
    what: str
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All findings. `fit`: whether a model can be run here, that is, an engine gave the right answers."""

    fit: bool
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of `doctor --json`."""
        return {"schema": "edgesmith.doctor/1", **asdict(self)}
