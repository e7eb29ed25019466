import os
import sys

import pytest

from edgesmith.runtime.errors import MissingExtraError, OptionError
from edgesmith.train.backend import keras
from edgesmith.train.machine.kerasbackend import choose_backend
from edgesmith.train.plan import MachinePlan

HOSTS = MachinePlan(distribute="hosts", coordinator="10.0.0.1:8476", hosts=2, host_index=1)


@pytest.fixture(autouse=True)
def without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "unset")


def test_hosts_train_on_jax() -> None:
    pytest.importorskip("jax", reason="training across hosts needs the extra `hosts`")

    choose_backend(HOSTS)

    assert os.environ["KERAS_BACKEND"] == "jax"


def test_mirrored_gpus_train_on_tensorflow() -> None:
    choose_backend(MachinePlan(distribute="mirrored"))

    assert os.environ["KERAS_BACKEND"] == "tensorflow"


def test_else_the_choice_is_the_users() -> None:
    choose_backend(MachinePlan(device="cpu"))

    assert os.environ["KERAS_BACKEND"] == "unset"


def test_missing_jax_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)

    with pytest.raises(MissingExtraError) as raised:
        choose_backend(HOSTS)

    assert "edgesmith[hosts]" in str(raised.value.tip)


def test_keras_that_is_there_with_another_backend_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jax", reason="training across hosts needs the extra `hosts`")
    monkeypatch.setitem(sys.modules, "keras", keras)

    with pytest.raises(OptionError, match="needs Keras on jax, and this process has it on tensorflow"):
        choose_backend(HOSTS)
