from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.plan import TrainingPlan


@pytest.mark.parametrize(
    ("choices", "message", "tip"),
    [
        pytest.param({"model": "resnet"}, "no model 'resnet'", "separable_small", id="model"),
        pytest.param({"recipe": "feature"}, "no recipe 'feature'", "mean 'features'", id="recipe"),
        pytest.param({"epochs": 0}, "0 as epochs", None, id="no epochs"),
        pytest.param({"batch_size": -1}, "-1 as batch size", None, id="negative batch"),
        pytest.param({"seed": -1}, "seed -1 is outside 0", None, id="negative seed"),
        pytest.param({"seed": 2**32}, "seed 4294967296 is outside", None, id="seed too large"),
    ],
)
def test_values_that_are_not_known_are_refused(
    choices: dict[str, Any], message: str, tip: str | None
) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        TrainingPlan(data=Path("data"), output=Path("run"), **choices)

    assert tip is None or tip in str(caught.value.tip)


def test_the_limits_themselves_are_allowed() -> None:
    plan = TrainingPlan(data=Path("data"), output=Path("run"), epochs=1, batch_size=1, seed=2**32 - 1)

    assert (plan.epochs, plan.batch_size, plan.seed) == (1, 1, 4294967295)
