from typing import Any

import pytest

from edgesmith.benchmarks.devices.device import Needs
from edgesmith.benchmarks.devices.remote.facts import Facts, require_packages
from edgesmith.runtime.errors import DeviceError


def _facts(*modules: str, **changes: Any) -> Facts:
    fields: dict[str, Any] = {
        "python": (3, 11), "system": "Linux", "machine": "aarch64", "bits": 64,
        "libc": ("glibc", "2.36"), "modules": modules, "folder": "/nowhere",
    } | changes  # fmt: skip
    return Facts(**fields)


@pytest.mark.parametrize(
    ("modules", "needs", "lacks", "extra"),
    [
        ((), Needs(formats=("onnx",)), ["numpy", "Pillow", ".onnx files (onnxruntime)"], "[onnx]"),
        (("PIL", "onnxruntime"), Needs(formats=("onnx",)), ["numpy"], "'edgesmith'"),
        (("numpy", "PIL"), Needs(formats=("onnx", "tflite")), [".onnx", ".tflite"], "[onnx,litert]"),
        (
            ("numpy", "PIL", "tflite_runtime"),
            Needs(formats=("tflite",), engines=("ai-edge-litert",)),
            ["(ai-edge-litert)"],
            "[litert]",
        ),
    ],
    ids=["everything", "numpy", "both engines", "the engine that was asked for"],
)
def test_what_is_lacking_is_named_with_what_to_install(
    modules: tuple[str, ...], needs: Needs, lacks: list[str], extra: str
) -> None:
    with pytest.raises(DeviceError) as caught:
        require_packages(_facts(*modules), needs, name="ssh://pi")
    assert all(word in str(caught.value) for word in lacks)
    assert extra in str(caught.value.tip)
    assert "--install" in str(caught.value.tip)


@pytest.mark.parametrize(
    ("modules", "formats"),
    [
        (("numpy", "PIL", "tflite_runtime"), ("tflite",)),
        (("numpy", "PIL", "onnxruntime"), ("onnx", "tflite")),
    ],
    ids=["any engine will do", "one format of two has one"],
)
def test_what_can_be_measured_is_not_refused(modules: tuple[str, ...], formats: Any) -> None:
    require_packages(_facts(*modules), Needs(formats=formats), name="ssh://pi")


def test_a_32_bit_python_on_a_64_bit_kernel_takes_32_bit_wheels() -> None:
    assert _facts(bits=32).platform.machine == "armv7l"
    assert _facts().platform.machine == "aarch64"
    assert _facts(libc=("", "")).platform.libc is None
