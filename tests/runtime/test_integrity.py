import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgesmith.runtime.errors import ModelFileError
from edgesmith.runtime.integrity import content_of, content_sha256, require_intact
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import ModelSpec

NAMES = ["float onnx", "uint8 onnx", "float tflite"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_file_is_intact(name: str, models: dict[str, Path]) -> None:
    assert content_of(models[name], read_spec(models[name])) == "intact"
    require_intact(models[name], read_spec(models[name]))


def test_of_an_onnx_without_the_onnx_package(models: dict[str, Path], bare_onnx: bytes) -> None:
    """Other metadata before and after do not matter, and what is left is what onnx would serialize."""
    proto = onnx.load(models["float onnx"])
    onnx.helper.set_model_props(proto, {"author": "x", "edgesmith.json": "{}", "more": "y" * 200})
    found = content_sha256(io.BytesIO(proto.SerializeToString()), "onnx")
    assert found == hashlib.sha256(bare_onnx).hexdigest()


def test_of_a_tflite_it_is_the_flatbuffer(bare_tflite: bytes) -> None:
    stream = io.BytesIO(bare_tflite)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("b.txt", "b")
        archive.writestr("a.txt", "a")
    assert content_sha256(stream, "tflite") == hashlib.sha256(bare_tflite).hexdigest()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
@pytest.mark.parametrize("name", NAMES)
def test_any_bit_of_the_model_counts(
    name: str, draw: st.DataObject, models: dict[str, Path], tmp_path: Path
) -> None:
    sound = models[name]
    data = bytearray(sound.read_bytes())
    metadata = data.index(b"PK\x03\x04") if sound.suffix == ".tflite" else data.index(b"edgesmith.json") - 8
    data[draw.draw(st.integers(0, metadata - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    file = tmp_path / sound.name
    file.write_bytes(data)
    assert content_of(file, read_spec(sound)) == "damaged"
    with pytest.raises(ModelFileError, match="its content is damaged"):
        require_intact(file, read_spec(sound))


def test_not_stated(models: dict[str, Path], make_spec: Callable[..., ModelSpec]) -> None:
    assert content_of(models["float onnx"], make_spec()) is None


@pytest.mark.parametrize("name", ["float onnx", "float tflite"])
def test_half_a_file_is_damaged(name: str, models: dict[str, Path], tmp_path: Path) -> None:
    data = models[name].read_bytes()
    file = tmp_path / models[name].name
    file.write_bytes(data[: len(data) // 2])
    assert content_of(file, read_spec(models[name])) == "damaged"


def test_no_file(tmp_path: Path, make_spec: Callable[..., ModelSpec]) -> None:
    with pytest.raises(ModelFileError, match=r"no such model file|cannot be read"):
        content_of(tmp_path / "a.onnx", make_spec(content_sha256="0"))
