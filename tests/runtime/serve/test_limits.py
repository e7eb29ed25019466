from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.images import MAX_PIXELS
from edgesmith.runtime.serve.limits import ServeLimits


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"waiting": 0}, "--waiting"),
        ({"body_bytes": 0}, "--max-megabytes"),
        ({"pixels": MAX_PIXELS + 1}, "--max-megapixels"),
        ({"seconds": -1.0}, "--request-seconds"),
        ({"seconds": float("nan")}, "--request-seconds"),
        ({"seconds": float("inf")}, "--request-seconds"),
    ],
    ids=str,
)
def test_no_limit(changes: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=f"^{option} stands for"):
        ServeLimits(**changes)
