import os

import pytest

from edgesmith.runtime.nativelog import without_chatter


def _say(text: str) -> None:
    """As a C++ library does, past sys.stderr."""
    os.write(2, text.encode())


@pytest.mark.parametrize(
    "line",
    [
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "2026-01-01 I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see",
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "E0000 cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error",
    ],
)
def test_chatter_is_dropped_and_the_rest_stays(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    with without_chatter():
        _say(f"first\n{line}\nERROR: a real one\nlast without a newline")
    assert capfd.readouterr().err == "first\nERROR: a real one\nlast without a newline"


def test_all_is_said_after_an_exception_too(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with without_chatter():
            _say("the reason\n")
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    _say("afterwards\n")
    assert capfd.readouterr().err == "the reason\nafterwards\n"


def test_no_descriptor_is_left_open() -> None:
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - names are all that is wanted
    with without_chatter():
        pass
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208 - as above
