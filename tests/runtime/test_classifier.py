import io
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image

from edgesmith.runtime import Classifier
from edgesmith.runtime.errors import EngineError, ImageError, ModelFileError
from edgesmith.runtime.spec import InputSpec, ModelSpec

MakeSpec = Callable[..., ModelSpec]
Package = Callable[[Path, bytes, ModelSpec], Path]


def _reshaping(output: list[int], *, kind: int = TensorProto.FLOAT, side: int = 8) -> bytes:
    """An ONNX that gives the first pixels of its input, cut to `output`."""
    count = int(np.prod(output))
    nodes = [
        helper.make_node("Reshape", ["pixels", "flat"], ["row"]),
        helper.make_node("Slice", ["row", "start", "end"], ["cut"]),
        helper.make_node("Reshape", ["cut", "shape"], ["scores"]),
    ]
    constants = {"flat": [-1], "start": [0], "end": [count], "shape": output}
    graph = helper.make_graph(
        nodes,
        "cut",
        [helper.make_tensor_value_info("pixels", kind, [1, side, side, 3])],
        [helper.make_tensor_value_info("scores", kind, output)],
        [
            helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
            for name, values in constants.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return bytes(model.SerializeToString())


class TestAnswers:
    @pytest.mark.parametrize("colour", ["red", "green", "blue"])
    def test_names_the_colour(self, colour: str, model: Path) -> None:
        pixel = Image.new("RGB", (30, 20), {"red": "#f00", "green": "#0f0", "blue": "#00f"}[colour])
        with Classifier(model) as classify:
            best = classify(pixel).top()[0]
        assert best.label == colour
        # softmax of (12.75, 0, 0)
        assert best.score == pytest.approx(1 / (1 + 2 * np.exp(-12.75)), abs=0.004)

    def test_every_source_gives_the_same(self, model: Path, noise: np.ndarray, tmp_path: Path) -> None:
        file = tmp_path / "noise.png"
        Image.fromarray(noise).save(file)
        with Classifier(model) as classify:
            rows = [
                classify(source).values.tolist()
                for source in (file, str(file), file.read_bytes(), io.BytesIO(file.read_bytes()), noise)
            ]
        assert rows == [rows[0]] * 5

    def test_uint8_scores_are_256ths(self, models: dict[str, Path], noise: np.ndarray) -> None:
        with Classifier(models["uint8 onnx"]) as whole, Classifier(models["float onnx"]) as real:
            steps = whole(noise).values * 256
            np.testing.assert_array_equal(steps, np.round(steps))
            np.testing.assert_allclose(steps, real(noise).values * 256, atol=0.51)

    def test_raw_rows_keep_the_files_type(self, model: Path) -> None:
        with Classifier(model) as classify:
            row = classify.invoke(np.zeros(classify.spec.input.shape, np.uint8))
            assert row.shape == (3,)
            assert row.dtype == (np.uint8 if classify.spec.precision == "int8" else np.float32)
            assert classify.postprocess(row).values.dtype == np.float32

    def test_a_bad_image_is_named_and_the_next_one_works(self, model: Path, tmp_path: Path) -> None:
        (tmp_path / "bad.jpg").write_bytes(b"no picture")
        with Classifier(model) as classify:
            with pytest.raises(ImageError, match=r"bad\.jpg"):
                classify(tmp_path / "bad.jpg")
            assert classify(np.full((3, 3, 3), (0, 255, 0), np.uint8)).top()[0].label == "green"

    @pytest.mark.parametrize(
        ("kind", "value"), [(TensorProto.FLOAT, 0.0), (TensorProto.UINT8, 192)], ids=["float", "uint8"]
    )
    def test_one_sigmoid_output(
        self, kind: int, value: float, make_spec: MakeSpec, package: Package, tmp_path: Path
    ) -> None:
        spec = make_spec(labels=("no", "yes"))
        with Classifier(package(tmp_path / "a.onnx", _reshaping([1, 1], kind=kind), spec)) as classify:
            best = classify(np.full((8, 8, 3), value, np.uint8)).top()[0]
        assert (best.label, best.score) == (("yes", 0.75) if value else ("no", 1.0))


def _traced(classify: Classifier, frame: np.ndarray) -> tuple[int, int]:
    """Bytes that 50 more frames leave in Python's memory, and the most that were in use meanwhile."""
    for _ in range(50):
        classify(frame)
    tracemalloc.start()
    classify(frame)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(50):
        classify(frame)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before, peak - before


def _least_traced(classify: Classifier, frame: np.ndarray) -> tuple[int, int]:
    """Of three times: what other tests left to Python's caches may fall into one of them."""
    runs = [_traced(classify, frame) for _ in range(3)]
    return min(kept for kept, _ in runs), min(peak for _, peak in runs)


# In a process of its own: in pytest's, whatever the tests before left to be freed or grown falls into the difference.
# proc(5): the second number of statm is the resident set, in pages.
_GROWTH = """
import os, sys
import numpy as np
from edgesmith.runtime import Classifier

def resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")

frame = np.zeros((224, 224, 3), np.uint8)
with Classifier(sys.argv[1], threads=1) as classify:
    for _ in range(500):
        classify(frame)
    before = resident_bytes()
    for _ in range(10_000):
        classify(frame)
    print(resident_bytes() - before)
"""


class TestFrames:
    @pytest.mark.parametrize("size", [(8, 8), (13, 17)], ids=["the input's size", "another size"])
    def test_bgr(self, size: tuple[int, int], model: Path) -> None:
        red = np.full((*size, 3), (0, 0, 255), np.uint8)
        with Classifier(model) as classify:
            assert classify(red, channel_order="BGR").top()[0].label == "red"

    @pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.UINT8], ids=["float", "uint8"])
    def test_no_copy_of_a_frame_is_made(
        self, kind: int, make_spec: MakeSpec, package: Package, tmp_path: Path
    ) -> None:
        spec = make_spec(input=InputSpec(height=224, width=224, channels=3))
        model = package(tmp_path / "a.onnx", _reshaping([1, 3], kind=kind, side=224), spec)
        with Classifier(model, threads=1) as classify:
            kept, peak = _least_traced(classify, np.zeros((224, 224, 3), np.uint8))
        assert kept < 2000  # over 50 frames
        assert peak < 10_000  # the scores and their wrappings; the frame is 150,528

    @pytest.mark.parametrize("kind", [TensorProto.FLOAT, TensorProto.UINT8], ids=["float", "uint8"])
    def test_ten_thousand_frames_in_the_same_memory(
        self, kind: int, make_spec: MakeSpec, package: Package, tmp_path: Path
    ) -> None:
        spec = make_spec(input=InputSpec(height=224, width=224, channels=3))
        model = package(tmp_path / "a.onnx", _reshaping([1, 3], kind=kind, side=224), spec)
        ended = subprocess.run(
            [sys.executable, "-c", _GROWTH, str(model)], capture_output=True, text=True, check=True
        )
        assert int(ended.stdout) < 1_000_000

    @pytest.mark.parametrize("name", ["float tflite", "int8 tflite", "int8 onnx"])
    def test_a_frame_leaves_nothing_behind(self, name: str, models: dict[str, Path]) -> None:
        with Classifier(models[name], threads=1) as classify:
            assert _least_traced(classify, np.zeros((8, 8, 3), np.uint8))[0] < 2000

    def test_the_frame_itself_is_not_written_to(self, model: Path, noise: np.ndarray) -> None:
        frame = np.ascontiguousarray(noise[:8, :8])
        kept = frame.copy()
        with Classifier(model) as classify:
            classify(frame)
            classify(frame, channel_order="BGR")
        np.testing.assert_array_equal(frame, kept)


class TestLifetime:
    def test_the_context_manager_frees_the_engine(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = []
        with Classifier(model) as classify:
            monkeypatch.setattr(classify.engine, "close", lambda: closed.append(True))
            assert closed == []
        assert closed == [True]

    def test_after_an_exception_too(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = []

        def fail() -> None:
            with Classifier(model) as classify:
                monkeypatch.setattr(classify.engine, "close", lambda: closed.append(True))
                raise KeyError("x")

        with pytest.raises(KeyError):
            fail()
        assert closed == [True]

    @pytest.mark.parametrize(
        "use",
        [
            pytest.param(lambda classify: classify(np.zeros((8, 8, 3), np.uint8)), id="call"),
            pytest.param(lambda classify: classify.invoke(np.zeros((1, 8, 8, 3), np.uint8)), id="invoke"),
            pytest.param(lambda classify: classify.stream([]), id="stream"),
            pytest.param(lambda classify: classify.__enter__(), id="with"),
        ],
    )
    def test_after_closing(self, use: Callable[[Classifier], object], model: Path) -> None:
        with Classifier(model) as classify, classify:  # closed by the inner block
            pass
        classify.close()
        with pytest.raises(EngineError, match=rf"{model.name}: the classifier is closed"):
            use(classify)


class TestRefusals:
    def test_a_model_with_a_flipped_bit(self, models: dict[str, Path], tmp_path: Path) -> None:
        """Its weights are other ones, and the engine would run them."""
        data = bytearray(models["float tflite"].read_bytes())
        weight = data.index(np.float32(0.05).tobytes())
        data[weight + 2] ^= 1
        (tmp_path / "a.tflite").write_bytes(data)
        with pytest.raises(ModelFileError, match=r"a\.tflite: its content is damaged"):
            Classifier(tmp_path / "a.tflite")

    @pytest.mark.parametrize("path", [123, None, 1.5, b"a.tflite"], ids=repr)
    def test_what_is_no_path(self, path: Any) -> None:
        with pytest.raises(TypeError, match="str"):
            Classifier(path)

    def test_options_of_another_kind(self, model: Path) -> None:
        with pytest.raises(TypeError, match="options 4; EngineOptions are needed"):
            Classifier(model, options=4)  # type: ignore[arg-type]  # what callers do

    def test_a_name_that_is_no_text(self, model: Path, tmp_path: Path) -> None:
        """LiteRT and ONNX Runtime take names as UTF-8 only."""
        file = tmp_path / f"a\udcff{model.suffix}"
        file.write_bytes(model.read_bytes())
        with pytest.raises(ModelFileError, match=r"a\\udcff.*: a name that is not UTF-8"):
            Classifier(file)

    @pytest.mark.parametrize("threads", ["2", 2.0, 0], ids=repr)
    def test_what_is_no_number_of_threads(self, threads: Any, model: Path) -> None:
        with pytest.raises(EngineError, match=f"{threads!r} threads; a whole number from 1 to 256 is needed"):
            Classifier(model, threads=threads)

    @pytest.mark.parametrize(
        ("output", "labels", "message"),
        [
            pytest.param([1, 3], ("a", "b"), r"output \(1, 3\) for 2 labels", id="too few labels"),
            pytest.param([1, 3], ("a", "b", "c", "d"), r"output \(1, 3\) for 4 labels", id="too many labels"),
            pytest.param([1, 1], ("a", "b", "c"), r"output \(1, 1\) for 3 labels", id="one output for three"),
            pytest.param([1, 1, 1, 3], ("a", "b", "c"), r"output \(1, 1, 1, 3\)", id="an image of scores"),
            pytest.param([3], ("a", "b", "c"), r"output \(3,\)", id="no batch axis"),
            pytest.param([3, 1], ("a", "b", "c"), r"output \(3, 1\)", id="a column"),
        ],
    )
    def test_outputs_that_do_not_fit_the_labels(
        self,
        output: list[int],
        labels: tuple[str, ...],
        message: str,
        make_spec: MakeSpec,
        package: Package,
        tmp_path: Path,
    ) -> None:
        file = package(tmp_path / "a.onnx", _reshaping(output), make_spec(labels=labels))
        with pytest.raises(ModelFileError, match=rf"a\.onnx: {message}"):
            Classifier(file)

    @pytest.mark.parametrize(
        "changes", [{"height": 9}, {"width": 7}, {"channels": 1}], ids=["height", "width", "channels"]
    )
    def test_an_input_that_does_not_fit_the_metadata(
        self,
        changes: dict[str, Any],
        bare_tflite: bytes,
        make_spec: MakeSpec,
        package: Package,
        tmp_path: Path,
    ) -> None:
        spec = make_spec(input=InputSpec(**{"height": 8, "width": 8, "channels": 3, **changes}))
        with pytest.raises(ModelFileError, match=r"input \(1, 8, 8, 3\), its metadata say \(1, ") as caught:
            Classifier(package(tmp_path / "a.tflite", bare_tflite, spec))
        assert str(spec.input.shape) in str(caught.value)

    def test_no_metadata(self, bare_tflite: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.tflite").write_bytes(bare_tflite)
        with pytest.raises(ModelFileError, match="no edgesmith metadata"):
            Classifier(tmp_path / "a.tflite")
