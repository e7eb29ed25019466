"""What travels inside a model file, and that equal inputs give equal bytes."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgesmith.convert.onnx.lower import lower
from edgesmith.convert.packaging import package_onnx, package_tflite
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.runtime.integrity import content_sha256
from edgesmith.runtime.modelfile import read_spec
from edgesmith.runtime.spec import Golden, InputSpec, ModelFormat, ModelSpec, SourceSpec

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]

SPEC = ModelSpec(
    name="colours",
    labels=("blau", "grün", "rot"),
    input=InputSpec(height=4, width=4, channels=3),
    precision="float32",
    source=SourceSpec(sha256="0" * 64, framework="test"),
    golden=Golden(outputs=((0.2, 0.3, 0.5),) * 4, tolerance=1e-5, other_kernels=0.0),
)


@pytest.fixture(scope="module")
def flatbuffer() -> bytes:
    return to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2))), (4, 4, 3))


@pytest.fixture(scope="module")
def onnx_model(flatbuffer: bytes) -> bytes:
    return lower(flatbuffer, passes=())


def test_tflite_still_runs_and_says_what_it_is(flatbuffer: bytes, run_model: Runner, tmp_path: Path) -> None:
    packaged = package_tflite(flatbuffer, SPEC)
    pixels = np.random.default_rng(0).integers(0, 9, (3, 4, 4, 3), dtype=np.uint8)
    assert np.array_equal(run_model(packaged, pixels), run_model(flatbuffer, pixels))
    Interpreter(model_content=packaged).allocate_tensors()
    (tmp_path / "colours.tflite").write_bytes(packaged)
    assert replace(read_spec(tmp_path / "colours.tflite"), content_sha256=None) == SPEC


def test_tflite_carries_stored_files_of_a_fixed_date(flatbuffer: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(package_tflite(flatbuffer, SPEC))) as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
        assert archive.read("labels.txt").decode() == "blau\ngrün\nrot\n"
        stated = ModelSpec.from_json(archive.read("edgesmith.json"))
    assert replace(stated, content_sha256=None) == SPEC
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.create_system for entry in entries} == {3}


def test_onnx_still_runs_and_says_what_it_is(onnx_model: bytes, run_model: Runner, tmp_path: Path) -> None:
    packaged = package_onnx(onnx_model, SPEC)
    pixels = np.random.default_rng(0).integers(0, 9, (3, 4, 4, 3), dtype=np.uint8)
    assert np.array_equal(run_model(packaged, pixels), run_model(onnx_model, pixels))
    assert [entry.key for entry in onnx.load_from_string(packaged).metadata_props] == ["edgesmith.json"]
    (tmp_path / "colours.onnx").write_bytes(packaged)
    assert replace(read_spec(tmp_path / "colours.onnx"), content_sha256=None) == SPEC


@pytest.mark.parametrize("package", [package_tflite, package_onnx])
def test_equal_inputs_give_equal_bytes(
    package: Callable[[bytes, ModelSpec], bytes], flatbuffer: bytes, onnx_model: bytes
) -> None:
    model = flatbuffer if package is package_tflite else onnx_model
    assert package(model, SPEC) == package(model, SPEC)
    assert package(model, replace(SPEC, name="others")) != package(model, SPEC)


@pytest.mark.parametrize("model_format", ["tflite", "onnx"])
def test_the_stated_hash_is_the_one_that_the_runtime_computes(
    model_format: ModelFormat, flatbuffer: bytes, onnx_model: bytes, tmp_path: Path
) -> None:
    file = tmp_path / f"colours.{model_format}"
    package = package_tflite if model_format == "tflite" else package_onnx
    file.write_bytes(package(flatbuffer if model_format == "tflite" else onnx_model, SPEC))
    with file.open("rb") as stream:
        assert read_spec(file).content_sha256 == content_sha256(stream, model_format)


def test_packaging_again_states_the_same_hash(onnx_model: bytes, tmp_path: Path) -> None:
    once = package_onnx(onnx_model, SPEC)
    assert package_onnx(once, SPEC) == once
