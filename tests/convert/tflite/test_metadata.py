"""Standard TFLite Metadata: the tables, read back slot by slot, and a model that computes as before."""

from dataclasses import replace
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers.table import Table

from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.metadata import describe, with_metadata
from edgesmith.runtime.spec import Golden, InputSpec, ModelSpec, SourceSpec

SPEC = ModelSpec(
    name="colours",
    labels=("blue", "red"),
    input=InputSpec(height=4, width=4, channels=3),
    precision="float32",
    source=SourceSpec(sha256="0" * 64, framework="test"),
    golden=Golden(outputs=((0.5, 0.5),) * 4, tolerance=1e-5, other_kernels=0.0),
)


class View:
    """A flatbuffer table by slot number, as metadata_schema.fbs numbers them."""

    def __init__(self, data: bytes, position: int) -> None:
        self.table = Table(data, position)

    def place(self, slot: int) -> int:
        offset = self.table.Offset(4 + 2 * slot)
        assert offset, f"slot {slot} is empty"
        return int(offset + self.table.Pos)

    def text(self, slot: int) -> str:
        return bytes(self.table.String(self.place(slot))).decode()

    def byte(self, slot: int) -> int:
        return int(self.table.Bytes[self.place(slot)])

    def child(self, slot: int) -> "View":
        return View(self.table.Bytes, self.table.Indirect(self.place(slot)))

    def first(self, slot: int) -> "View":
        start = self.table.Vector(self.place(slot) - self.table.Pos)
        return View(self.table.Bytes, self.table.Indirect(start))

    def floats(self, slot: int) -> list[float]:
        offset = self.place(slot) - self.table.Pos
        start, count = self.table.Vector(offset), self.table.VectorLen(offset)
        return list(np.frombuffer(self.table.Bytes, np.float32, count, start))


def root(data: bytes) -> View:
    position = flatbuffers.encode.Get(flatbuffers.packer.uoffset, data, 0)
    return View(data, position)


def test_identifier_is_that_of_the_schema() -> None:
    assert describe(SPEC)[4:8] == b"M001"


@pytest.mark.parametrize(("channels", "colour_space"), [(3, 1), (1, 2)], ids=["RGB", "grey"])
def test_image_is_raw_pixels(channels: int, colour_space: int) -> None:
    spec = replace(SPEC, input=InputSpec(height=4, width=4, channels=channels))
    model = root(describe(spec))
    image = model.first(3).first(2)
    content = image.child(3)
    unit = image.first(4)
    assert (model.text(0), image.text(0)) == ("colours", "image")
    assert (content.byte(0), content.child(1).byte(0)) == (2, colour_space)
    assert (unit.byte(0), unit.child(1).floats(0), unit.child(1).floats(1)) == (1, [0.0], [1.0])


def test_scores_have_their_labels_in_a_file() -> None:
    scores = root(describe(SPEC)).first(3).first(3)
    file = scores.first(6)
    assert (scores.text(0), scores.child(3).byte(0)) == ("probability", 1)
    assert (file.text(0), file.byte(2)) == ("labels.txt", 2)


def test_model_computes_as_before_with_aligned_weights() -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    flatbuffer = to_flatbuffer(lambda image: tf.matmul(tf.reduce_mean(image, (1, 2)), kernel), (4, 4, 3))
    described = with_metadata(flatbuffer, SPEC)
    model = schema.ModelT.InitFromPackedBuf(described, 0)
    assert model.metadata[-1].name == b"TFLITE_METADATA"
    assert bytes(model.buffers[model.metadata[-1].buffer].data) == describe(SPEC)
    assert described.index(kernel.T.tobytes()) % 16 == 0
    image = np.arange(48, dtype=np.float32).reshape(1, 4, 4, 3)
    assert np.array_equal(invoke(described, image), invoke(flatbuffer, image))


def invoke(flatbuffer: bytes, image: Any) -> Any:
    interpreter = Interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
