"""What `edgesmith check` saw of a data set, as far as settings follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The one split of a folder without splits, of which `edgesmith train` draws a tenth for each of val and test.
_WHOLE = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`train`, `val`, `test`: images of each split, counted or as they will be drawn. `drawn`: whether they will be.

    `short_side`: the median, in pixels. `grey`: whether every picture is. `balanced`: whether no class has four times
    the training images of another. `errors`: what would stop a training, or make its numbers wrong.
    """

    labels: tuple[str, ...]
    train: int
    val: int
    test: int
    drawn: bool
    short_side: int
    grey: bool
    balanced: bool
    errors: tuple[str, ...]

    @property
    def judged(self) -> int:
        """Images that the guard and the report can rest on: the guard judges on val, the report on test."""
        return min(self.val, self.test)


def seen_in(document: Mapping[str, Any]) -> Seen:
    """From the document of `check --json`, `edgesmith.check/1`."""
    counts = {split: sum(by_label.values()) for split, by_label in document["counts"].items()}
    test = document["test"]["images"]
    drawn = _WHOLE in counts
    # Drawn like the test images, a tenth of each class.
    val = test if drawn else counts.get("val", round(counts.get("train", 0) / 10))
    pictures = document["pictures"] or {"readable": 0, "grey": 0, "median_short_side": 0}
    findings = document["findings"]
    return Seen(
        labels=tuple(document["labels"]),
        train=counts[_WHOLE] - val - test if drawn else counts.get("train", 0),
        val=val,
        test=test,
        drawn=drawn,
        short_side=pictures["median_short_side"],
        grey=0 < pictures["readable"] == pictures["grey"],
        balanced=all(finding["kind"] != "imbalance" for finding in findings),
        errors=tuple(finding["what"] for finding in findings if finding["severity"] == "error"),
    )
