"""What a field that comes from outside may hold, written beside its type: `Annotated[int, Between(0, 255)]`."""

import dataclasses
import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from edgesmith.runtime.spec import is_plain_text


@dataclass(frozen=True, slots=True)
class Between:
    """A number, or each number of a tuple, both ends included."""

    low: float
    high: float

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`; None when nothing is."""
        values = value if isinstance(value, tuple) else (value,)
        outside = next((one for one in values if not self.low <= one <= self.high), None)
        return None if outside is None else f"{outside} is outside {self.low:g}..{self.high:g}"


@dataclass(frozen=True, slots=True)
class Length:
    """How many characters or entries, both ends included."""

    least: int
    most: int

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`; None when nothing is."""
        if self.least <= len(value) <= self.most:
            return None
        return f"{len(value)} long; {self.least}..{self.most} are allowed"


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without control characters and halves of surrogate pairs: a name of something, on one line."""

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`; None when nothing is."""
        return None if is_plain_text(value) else "has control characters"


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that matches a regular expression as a whole."""

    pattern: str

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`; None when nothing is."""
        return None if re.fullmatch(self.pattern, value) else f"is not {self.pattern}"


Limit = Between | Length | Plain | Matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A dataclass that holds its fields to the limits in their annotations; None passes where it may stand."""

    def __post_init__(self) -> None:
        """Raise `ValueError` naming the first field that is beyond a limit."""
        kind: Any = type(self)
        for name, limits in _limits(kind):
            value = getattr(self, name)
            for limit in limits if value is not None else ():
                fault = limit.fault(value)
                if fault is not None:
                    raise ValueError(f"{name}: {fault}")


@cache
def _limits(kind: type[Any]) -> tuple[tuple[str, tuple[Limit, ...]], ...]:
    hints = typing.get_type_hints(kind, include_extras=True)
    found = ((field.name, tuple(_annotated(hints[field.name]))) for field in dataclasses.fields(kind))
    return tuple((name, limits) for name, limits in found if limits)


def _annotated(hint: Any) -> Iterator[Limit]:
    """The limits of a type or, for `Annotated[…] | None`, of its members."""
    yield from (one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Limit))
    if getattr(hint, "__metadata__", None) is None:
        for member in typing.get_args(hint):
            yield from _annotated(member)
