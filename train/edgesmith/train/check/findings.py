"""What a check says: the pictures, and what was found about them."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

# error: `edgesmith train` refuses the folder, or its numbers would be wrong. warning: the model will be worse,
# or its numbers are doubtful. note: good to know.
Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# In the order in which they are told within a severity.
Kind = Literal[
    "label-conflict",
    "leak",
    "unreadable",
    "missing-split",
    "missing-class",
    "one-class",
    "split-name",
    "name",
    "near-label-conflict",
    "near-leak",
    "duplicate",
    "imbalance",
    "few-images",
    "small-test",
    "tiny",
    "extreme-aspect",
    "flat",
    "near-duplicate",
    "below-input",
    "mixed-modes",
    "sideways",
    "ignored",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One listed picture: `path` below the data's root (with `/`), its split and its class."""

    path: str
    split: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One example of a finding: a picture, a group that belongs together, or, without pictures, a place.

    `distances`: for near-duplicates, in how many of the hash's bits each picture differs from the one of
    another content in the group that is nearest to it.
    """

    pictures: tuple[Picture, ...] = ()
    detail: str | None = None
    distances: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`files` with path, split and label; `detail` and `distances` where there are any."""
        files = [{"path": p.path, "split": p.split, "label": p.label} for p in self.pictures]
        document: dict[str, Any] = {"files": files}
        if self.detail is not None:
            document["detail"] = self.detail
        if self.distances:
            document["distances"] = list(self.distances)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`what` was found, `advice`: what to do. `items`: every case of it, complete."""

    kind: Kind
    severity: Severity
    what: str
    advice: str
    items: tuple[Item, ...]

    def to_json(self) -> dict[str, Any]:
        """One element of `findings`."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "what": self.what,
            "advice": self.advice,
            "items": [item.to_json() for item in self.items],
        }


def by_severity(findings: list[Finding]) -> tuple[Finding, ...]:
    """The worst first, then in the order of `KINDS`."""
    return tuple(sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), KINDS.index(f.kind))))


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 picture`, `2 pictures`, `2 classes`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
