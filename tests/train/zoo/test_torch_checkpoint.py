import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.runtime.errors import ModelFileError
from edgesmith.train.zoo.torch_checkpoint import read_checkpoint

HEADER = pickle.dumps(0x1950A86A20F9469CFC6C) + pickle.dumps(1001) + pickle.dumps({"little_endian": True})

# The pickle of {"kernel": a tensor}, by hand, since torch is not here: protocol 0, one opcode a line.
VIEW = """ctorch._utils
_rebuild_tensor_v2
((S'storage'
ctorch
{storage}
S'7'
S'cpu'
I{count}
NtQI{offset}
{shape}{strides}I00
ccollections
OrderedDict
(tRtR"""


def integers(*numbers: int) -> str:
    return "(" + "".join(f"I{number}\n" for number in numbers) + "t"


def checkpoint(
    elements: np.ndarray[Any, Any], *, offset: int = 0, shape: tuple[int, ...], strides: tuple[int, ...]
) -> bytes:
    view = VIEW.format(
        storage="FloatStorage" if elements.dtype == np.float32 else "LongStorage",
        count=len(elements),
        offset=offset,
        shape=integers(*shape),
        strides=integers(*strides),
    )
    state = f"(dS'kernel'\n{view}s.".encode()
    count = np.int64(len(elements)).tobytes()
    return HEADER + state + pickle.dumps(["7"]) + count + elements.tobytes()


def write(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "tiny.pth"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("offset", "shape", "strides", "expected"),
    [
        pytest.param(0, (2, 3), (3, 1), [[0, 1, 2], [3, 4, 5]], id="contiguous"),
        pytest.param(0, (2, 3), (1, 2), [[0, 2, 4], [1, 3, 5]], id="transposed"),
        pytest.param(2, (2,), (3,), [2, 5], id="offset and step"),
        pytest.param(4, (), (), 4, id="scalar"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_tensor_is_read_through_its_strides(
    tmp_path: Path, dtype: type, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], expected: Any
) -> None:
    content = checkpoint(np.arange(6, dtype=dtype), offset=offset, shape=shape, strides=strides)

    tensor = read_checkpoint(write(tmp_path, content))["kernel"]

    assert tensor.dtype == dtype
    assert tensor.flags.c_contiguous
    np.testing.assert_array_equal(tensor, expected)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        pytest.param(0, (7,), (1,), id="too long"),
        pytest.param(3, (4,), (1,), id="offset"),
        pytest.param(0, (2, 2), (1, 5), id="stride"),
        pytest.param(-1, (2,), (1,), id="negative offset"),
        pytest.param(5, (2,), (-1,), id="negative stride"),
    ],
)
def test_tensor_beyond_its_storage_is_refused(
    tmp_path: Path, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    content = checkpoint(np.arange(6, dtype=np.float32), offset=offset, shape=shape, strides=strides)

    with pytest.raises(ModelFileError, match="beyond its storage"):
        read_checkpoint(write(tmp_path, content))


@pytest.mark.parametrize("name", ["os\nsystem", "builtins\neval", "torch\nload", "collections\nCounter"])
def test_pickle_that_asks_for_anything_else_is_refused(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "ran"
    content = HEADER + f"c{name}\n(S'touch {marker}'\ntR.".encode()

    with pytest.raises(ModelFileError, match="not allowed"):
        read_checkpoint(write(tmp_path, content))

    assert not marker.exists()


def test_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    content = checkpoint(np.arange(6, dtype=np.float32), shape=(6,), strides=(1,))

    for length in range(len(content)):
        with pytest.raises(ModelFileError, match=r"tiny\.pth"):
            read_checkpoint(write(tmp_path, content[:length]))


@pytest.mark.parametrize("content", [pickle.dumps(1), pickle.dumps("x"), b"PK\x03\x04", b"\x89HDF\r\n"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelFileError, match=r"tiny\.pth"):
        read_checkpoint(write(tmp_path, content))


def test_object_other_than_tensors_is_refused(tmp_path: Path) -> None:
    content = HEADER + pickle.dumps(OrderedDict(kernel=[1.0])) + pickle.dumps([])

    with pytest.raises(ModelFileError, match="no dictionary of tensors"):
        read_checkpoint(write(tmp_path, content))
