from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.plan import MachinePlan, TrainingPlan


@pytest.mark.parametrize(
    ("choices", "message", "tip"),
    [
        pytest.param({"model": "resnet"}, "no model 'resnet'", "separable_small", id="model"),
        pytest.param({"recipe": "feature"}, "no recipe 'feature'", "mean 'features'", id="recipe"),
        pytest.param({"optimizer": "adamm"}, "no optimizer 'adamm'", "'adam'", id="optimizer"),
        pytest.param({"head": "relu"}, "no kind of head 'relu'", "sigmoid", id="head"),
        pytest.param({"class_weights": "even"}, "no class weights 'even'", "balanced", id="class weights"),
        pytest.param({"epochs": 0}, "0 as epochs", None, id="no epochs"),
        pytest.param({"patience": 0}, "0 as patience", None, id="no patience"),
        pytest.param({"batch_size": -1}, "-1 as batch size", None, id="negative batch"),
        pytest.param({"seed": -1}, "seed -1 is outside 0", None, id="negative seed"),
        pytest.param({"seed": 2**32}, "seed 4294967296 is outside", None, id="seed too large"),
        pytest.param({"learning_rate": 0.0}, "0 as learning rate", None, id="no rate"),
        pytest.param({"learning_rate": float("nan")}, "nan as learning rate", None, id="rate no number"),
        pytest.param({"head_learning_rate": -1.0}, "-1 as head learning rate", None, id="negative rate"),
        pytest.param({"temperature": float("inf")}, "inf as temperature", None, id="endless temperature"),
        pytest.param({"dropout": 1.0}, "1 as dropout", None, id="nothing left"),
        pytest.param({"dropout": float("nan")}, "nan as dropout", None, id="dropout no number"),
        pytest.param({"label_smoothing": -0.1}, "-0.1 as label smoothing", None, id="negative smoothing"),
    ],
)
def test_values_that_are_not_known_are_refused(
    choices: dict[str, Any], message: str, tip: str | None
) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        TrainingPlan(data="data", output=Path("run"), **choices)

    assert tip is None or tip in str(caught.value.tip)


def test_the_limits_themselves_are_allowed() -> None:
    plan = TrainingPlan(
        data="data",
        output=Path("run"),
        epochs=1,
        batch_size=1,
        patience=1,
        seed=2**32 - 1,
        dropout=0.0,
        label_smoothing=0.0,
        model="my_module:build",
    )

    assert (plan.epochs, plan.batch_size, plan.seed) == (1, 1, 4294967295)


PLACE: dict[str, Any] = {"distribute": "hosts", "coordinator": "10.0.0.1:8476", "hosts": 2, "host_index": 1}


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        pytest.param({"device": "tpu"}, "no device 'tpu'", id="device"),
        pytest.param({"distribute": "mirror"}, "no distribution 'mirror'", id="distribution"),
        pytest.param({"hosts": 2}, "--hosts without --distribute hosts", id="hosts alone"),
        pytest.param({**PLACE, "coordinator": None}, "hosts without --coordinator", id="no coordinator"),
        pytest.param({"distribute": "hosts", "hosts": 2}, "--coordinator and --host-index", id="two missing"),
        pytest.param({**PLACE, "host_index": 2}, "host 2 of 2", id="index too high"),
        pytest.param({**PLACE, "host_index": -1}, "host -1 of 2", id="index negative"),
        pytest.param({**PLACE, "hosts": 1, "host_index": 0}, "host 0 of 1", id="one host"),
        pytest.param({**PLACE, "coordinator": "10.0.0.1"}, "no HOST:PORT", id="no port"),
        pytest.param({**PLACE, "coordinator": ":8476"}, "no HOST:PORT", id="no host"),
        pytest.param({**PLACE, "coordinator": "a:65536"}, "no HOST:PORT", id="port too high"),
        pytest.param({**PLACE, "coordinator": "a:0"}, "no HOST:PORT", id="port 0"),
    ],
)
def test_machines_that_cannot_be_are_refused(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        MachinePlan(**choices)


def test_a_place_among_hosts() -> None:
    assert MachinePlan(**PLACE).host_index == 1
    assert MachinePlan(**{**PLACE, "host_index": 0}).host_index == 0
