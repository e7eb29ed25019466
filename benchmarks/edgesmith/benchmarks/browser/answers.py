"""Whether an engine in a browser computes what the file says: judged here anew from the difference that it posted."""

from collections.abc import Sequence

from edgesmith.benchmarks.browser.events import Golden
from edgesmith.benchmarks.browser.facts import GoldenCheck, GoldenState
from edgesmith.runtime.spec import ModelSpec

_RANK: dict[GoldenState, int] = {"not checked": 0, "identical": 1, "within": 2, "different": 3}


def check_golden(goldens: Sequence[Golden], spec: ModelSpec) -> GoldenCheck:
    """The worst of all checks of one variant; a reload of the page makes another.

    int8 is integer arithmetic, which was identical in three browsers' engines: nothing but equality will do. Others
    have the tolerance that is stored in the file.
    """
    allowed = 0.0 if spec.precision == "int8" else spec.golden.tolerance
    checks = [_check(golden, allowed) for golden in goldens]
    unknown = GoldenCheck(state="not checked", max_abs_difference=None, allowed=allowed)
    return max(
        checks, key=lambda check: (_RANK[check.state], check.max_abs_difference or 0.0), default=unknown
    )


def _check(golden: Golden, allowed: float) -> GoldenCheck:
    difference = golden.max_abs_difference
    state: GoldenState = golden.verdict
    if difference is None or difference > allowed:
        state = "different"
    elif state == "identical" and difference > 0:
        state = "within"
    return GoldenCheck(state=state, max_abs_difference=difference, allowed=allowed)
