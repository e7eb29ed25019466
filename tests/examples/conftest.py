"""What the examples work on: a model file that knows blue from red, and pictures of both. No TensorFlow."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from edgesmith.convert.packaging import package_onnx
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.spec import Golden, InputSpec, ModelSpec, SourceSpec

EXAMPLES = Path(__file__).parents[2] / "examples"
SIDE = 8
LABELS = ("blue", "red")

Paint = Callable[..., Path]


@pytest.fixture
def example() -> Callable[[str], ModuleType]:
    """Imports a program of examples/ by its name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An .onnx of edgesmith's that compares the mean of the red channel with that of the blue one."""
    weights = np.array([[-0.1, 0.1], [0, 0], [0.1, -0.1]], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["pixels", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])],
        [numpy_helper.from_array(np.array([1, 2]), "axes"), numpy_helper.from_array(weights, "weights")],
    )
    bare = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    data = bytes(bare.SerializeToString(deterministic=True))
    file = tmp_path_factory.mktemp("deploy") / "colours-float32.onnx"
    file.write_bytes(data)
    engine = open_engine(file, threads=1)
    geometry = InputSpec(height=SIDE, width=SIDE, channels=3)
    outputs = [tuple(map(float, engine.run(picture[None]))) for picture in golden_inputs(geometry)]
    engine.close()
    spec = ModelSpec(
        name="colours",
        labels=LABELS,
        input=geometry,
        precision="float32",
        source=SourceSpec(sha256="0" * 64, framework="test"),
        golden=Golden(outputs=tuple(outputs), tolerance=1e-5, other_kernels=0.0),
    )
    file.write_bytes(package_onnx(data, spec))
    return file


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """Writes pictures DATA/<colour>/<number>.png, shades of each colour with a little noise; DATA."""

    def write(*names: str, count: int = 3, seed: int = 0) -> Path:
        generator = np.random.default_rng(seed)
        for name in names:
            folder = tmp_path / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = generator.integers(0, 60, (20, 24, 3), dtype=np.uint8)
                pixels[:, :, 0 if folder.name == "red" else 2] += generator.integers(120, 190, dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
        return tmp_path

    return write
