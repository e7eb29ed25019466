"""Whether a phone became slower while it was measured, by work that stays the same. The page shows it by the same rule."""

from collections.abc import Sequence

import numpy as np

QUIET_BLOCKS = 3  # what "at first" means
RISE = 0.15  # a browser's clock and its other tabs move a median by some percent; heat and savers by more


def rise(times: Sequence[float]) -> float | None:
    """How much slower than at first, as a share: 0.5 for half as long again; None where there are too few to tell.

    `times`: medians of the same work in the order of time, milliseconds. Their 90th percentile against the median
    of the first three: a single hiccup is none, a tenth of the time spent slowly is.
    """
    if len(times) <= QUIET_BLOCKS:
        return None
    return float(np.percentile(times, 90) / np.median(times[:QUIET_BLOCKS])) - 1
