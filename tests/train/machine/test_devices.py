from typing import Any

import pytest

from edgesmith.runtime.errors import OptionError
from edgesmith.train.backend import keras, tf
from edgesmith.train.machine.devices import jit_compile, prepare_devices


class Machine:
    """A TensorFlow that has one GPU, and what it was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.visible = ["gpu:0"]
        self.growth: list[str] = []
        self.policy = "float32"
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["gpu:0"])
        monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind=None: self.visible)
        monkeypatch.setattr(tf.config, "set_visible_devices", self._show)
        monkeypatch.setattr(
            tf.config.experimental, "set_memory_growth", lambda gpu, on: self.growth.append(f"{gpu} {on}")
        )
        monkeypatch.setattr(keras.config, "set_dtype_policy", self._compute)

    def _show(self, devices: list[str], kind: str) -> None:
        assert kind == "GPU"
        self.visible = devices

    def _compute(self, policy: Any) -> None:
        self.policy = policy


@pytest.fixture
def with_gpu(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.mark.parametrize("device", ["auto", "gpu"])
def test_gpu_gets_memory_as_needed_mixed_precision_and_xla(with_gpu: Machine, device: Any) -> None:
    prepare_devices(device)

    assert (with_gpu.growth, with_gpu.policy) == (["gpu:0 True"], "mixed_float16")
    assert jit_compile() == "auto"


def test_cpu_hides_the_gpu_and_its_xla(with_gpu: Machine) -> None:
    prepare_devices("cpu")

    assert (with_gpu.visible, with_gpu.growth, with_gpu.policy) == ([], [], "float32")
    assert jit_compile() is False


def test_without_gpu_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])

    prepare_devices("auto")

    assert keras.config.dtype_policy().name == "float32"
    assert jit_compile() is False


def test_gpu_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])

    with pytest.raises(OptionError, match="finds no GPU on this machine") as raised:
        prepare_devices("gpu")

    assert "--device cpu" in str(raised.value.tip)
