"""How far a conversion has come."""

from collections.abc import Callable

Report = Callable[[str, float], None]
"""Called with what is being done and the share of the work that is behind it, 0..1."""


def silent(stage: str, share: float) -> None:
    """The default `Report`: nobody asked."""


def part_of(report: Report, start: float, end: float) -> Report:
    """A report for one part of the work, whose own share runs from 0 to 1."""
    return lambda stage, share: report(stage, start + (end - start) * share)
