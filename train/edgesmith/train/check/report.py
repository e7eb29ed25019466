"""The whole result, as a JSON document and as text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from edgesmith.train.check.balance import interval_at_90, test_counts
from edgesmith.train.check.dimensions import Dimensions
from edgesmith.train.check.findings import SEVERITIES, Finding, Item, counted
from edgesmith.train.check.listing import WHOLE, Listing

SCHEMA: Literal["edgesmith.check/1"] = "edgesmith.check/1"

_MOST_CLASSES = 40  # rows of the text's table
_MOST_IN_A_GROUP = 4  # pictures of one group in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`data`: as the user named it. `findings`: the worst first. `seconds`: wall time by stage.

    `dimensions`: None where no picture could be read.
    """

    data: str
    listing: Listing
    findings: tuple[Finding, ...]
    seconds: dict[str, float]
    dimensions: Dimensions | None

    @property
    def passes(self) -> bool:
        """Whether `--strict` is content: nothing but notes."""
        return all(finding.severity == "note" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The document of `check --json`."""
        tests = sum(test_counts(self.listing).values())
        return {
            "schema": SCHEMA,
            "data": self.data,
            "images": len(self.listing.pictures),
            "labels": list(self.listing.labels),
            "counts": self.listing.counts(),
            "test": {"images": tests, "interval_at_90": list(interval_at_90(tests)) if tests else None},
            "pictures": None if self.dimensions is None else self.dimensions.to_json(),
            "summary": self.summary(),
            "findings": [finding.to_json() for finding in self.findings],
            "seconds": self.seconds,
        }

    def summary(self) -> dict[str, int]:
        """How many findings of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    def to_text(self, *, examples: int) -> str:
        """Counts, findings with up to `examples` cases each, and the sum."""
        lines = [*_table(self.listing), "", *_test_lines(self.listing)]
        for finding in self.findings:
            lines += ["", *_finding_lines(finding, examples)]
        sums = ", ".join(counted(count, severity) for severity, count in self.summary().items())
        return "\n".join([*lines, "", f"{self.data}: {sums}"])


def _table(listing: Listing) -> Iterator[str]:
    counts = listing.counts()
    several = len(counts) > 1
    columns = [*counts, *(["total"] if several else [])]
    shown = listing.labels[:_MOST_CLASSES]
    width = max(len(label) for label in (*shown, "class", "total"))
    yield f"{'class':<{width}}" + "".join(f"{name:>8}" for name in columns)
    for label in shown:
        numbers = [by_label[label] for by_label in counts.values()]
        yield f"{label:<{width}}" + _row(numbers, several=several)
    if len(shown) < len(listing.labels):
        yield f"… {counted(len(listing.labels) - len(shown), 'more class', 'more classes')} (--json has all)"
    yield f"{'total':<{width}}" + _row(
        [sum(by_label.values()) for by_label in counts.values()], several=several
    )


def _row(numbers: list[int], *, several: bool) -> str:
    return "".join(f"{number:>8}" for number in (*numbers, *([sum(numbers)] if several else [])))


def _test_lines(listing: Listing) -> Iterator[str]:
    if WHOLE in listing.splits:
        yield "No splits: `edgesmith train` draws 80 % train, 10 % val and 10 % test of each class, by --seed."
    images = sum(test_counts(listing).values())
    if images:
        low, high = interval_at_90(images)
        yield (
            f"What {counted(images, 'test image')} can prove: 90 % right there mean {low:.1%} to {high:.1%}"
            " (95 % Wilson interval)."
        )


def _finding_lines(finding: Finding, examples: int) -> Iterator[str]:
    yield f"{finding.severity:<8} {finding.kind}: {finding.what}"
    yield f"{'':<8} > {finding.advice}"
    for item in finding.items[:examples]:
        yield f"{'':<10} {_item_line(item)}"
    if len(finding.items) > examples:
        yield f"{'':<10} … and {len(finding.items) - examples} more (--examples N, or --json for all)"


def _item_line(item: Item) -> str:
    paths = [picture.path for picture in item.pictures[:_MOST_IN_A_GROUP]]
    if len(item.pictures) > len(paths):
        paths.append(f"… {len(item.pictures)} in all")
    names = (" ~ " if item.distances else " = ").join(paths)
    return "  ".join(
        part for part in (names, f"({item.detail})" if names and item.detail else item.detail) if part
    )
