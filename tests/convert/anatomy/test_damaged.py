"""Whatever happens to a file's bytes, reading it ends in an anatomy or in a clear error."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.convert.anatomy.drawing import draw_graph
from edgesmith.runtime.errors import ModelFileError

SHORT = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def _read(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        anatomy = read_anatomy(file)
    except ModelFileError as error:
        assert file.name in str(error)  # noqa: PT017 - either outcome is right
    else:
        draw_graph(anatomy, title=file.name)


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
@SHORT
@given(share=st.floats(0, 1))
def test_a_truncated_file(suffix: str, share: float, deployed: Path, tmp_path: Path) -> None:
    content = (deployed / f"colours-int8.{suffix}").read_bytes()
    _read(tmp_path / f"a.{suffix}", content[: int(share * len(content))])


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
@SHORT
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 20))
def test_flipped_bits(suffix: str, seed: int, flips: int, deployed: Path, tmp_path: Path) -> None:
    content = bytearray((deployed / f"colours-int8.{suffix}").read_bytes())
    draws = random.Random(seed)
    for _ in range(flips):
        content[draws.randrange(len(content))] ^= 1 << draws.randrange(8)
    _read(tmp_path / f"a.{suffix}", bytes(content))


@pytest.mark.parametrize("head", [b"\x1c\x00\x00\x00TFL3", b""], ids=["with TFLite's mark", "without"])
@SHORT
@given(tail=st.binary(max_size=200))
def test_noise(head: bytes, tail: bytes, tmp_path: Path) -> None:
    for suffix in ("tflite", "onnx"):
        _read(tmp_path / f"a.{suffix}", head + tail)


def test_other_formats_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.txt").touch()
    with pytest.raises(ModelFileError, match="suffix"):
        read_anatomy(tmp_path / "model.txt")
