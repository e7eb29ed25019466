"""Tiny real model files that name the mean colour of a picture, and pictures for them.

And a web server in a thread, or `edgesmith serve` as a process, with the plainest of clients, for `web` and `serve`.

Makers are fixtures that return functions, since test modules cannot import each other in pytest's importlib
mode. No TensorFlow: the `.onnx` is written with `onnx.helper`, the `.tflite` with LiteRT's own schema.
"""

import dataclasses
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from edgesmith.convert.packaging import package_onnx, package_tflite
from edgesmith.runtime.engines import open_engine
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.spec import Golden, InputSpec, ModelSpec, SourceSpec

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from edgesmith.runtime.web.site import Site

SIDE = 8
LABELS = ("red", "green", "blue")
WEIGHTS = np.eye(3, dtype=np.float32) * np.float32(0.05)  # logits: a twentieth of each channel's mean


def _make_spec(**changes: Any) -> ModelSpec:
    spec = ModelSpec(
        name="colours",
        labels=LABELS,
        input=InputSpec(height=SIDE, width=SIDE, channels=3),
        precision="float32",
        source=SourceSpec(sha256="0" * 64, framework="test"),
        golden=Golden(outputs=(), tolerance=1e-5, other_kernels=0.0),
    )
    return dataclasses.replace(spec, **changes)


_ONNX_KINDS = {"float32": TensorProto.FLOAT, "uint8": TensorProto.UINT8, "int8": TensorProto.INT8}


def _bare_onnx(io: str = "float32") -> bytes:
    """Cast, mean, matrix, softmax; in and, quantized by 1/256, out in the type `io`."""
    kind, integer = _ONNX_KINDS[io], io != "float32"
    zero_point = -128 if io == "int8" else 0
    nodes = [
        helper.make_node("Cast", ["pixels"], ["stored"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["stored", "offset"], ["values"]),
        helper.make_node("ReduceMean", ["values", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["share" if integer else "scores"], axis=-1),
    ]
    constants = [
        numpy_helper.from_array(np.array([1, 2]), "axes"),
        numpy_helper.from_array(WEIGHTS, "weights"),
        numpy_helper.from_array(np.array(zero_point, np.float32), "offset"),
    ]
    if integer:
        nodes.append(helper.make_node("QuantizeLinear", ["share", "scale", "zero"], ["scores"]))
        constants.append(numpy_helper.from_array(np.array(1 / 256, np.float32), "scale"))
        constants.append(numpy_helper.from_array(np.array(zero_point, io), "zero"))
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("pixels", kind, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("scores", kind, [1, 3])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return bytes(model.SerializeToString(deterministic=True))


def _bare_tflite(*, int8: bool = False) -> bytes:
    """MEAN over rows and columns, FULLY_CONNECTED, SOFTMAX, all float32; between int8 tensors where `int8`."""
    model = schema.ModelT()
    model.version = 3
    empty, axes, weights = schema.BufferT(), schema.BufferT(), schema.BufferT()
    axes.data = np.frombuffer(np.array([1, 2], np.int32).tobytes(), np.uint8)
    weights.data = np.frombuffer(WEIGHTS.tobytes(), np.uint8)
    model.buffers = [empty, axes, weights]
    builtin = schema.BuiltinOperator
    codes = (builtin.MEAN, builtin.FULLY_CONNECTED, builtin.SOFTMAX)
    model.operatorCodes = [_operator_code(code) for code in codes]
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("pixels", [1, SIDE, SIDE, 3]),
        _tensor("axes", [2], buffer=1, kind=schema.TensorType.INT32),
        _tensor("means", [1, 3]),
        _tensor("weights", [3, 3], buffer=2),
        _tensor("logits", [1, 3]),
        _tensor("scores", [1, 3]),
    ]
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    options = schema.BuiltinOptions
    graph.operators = [
        _operator(0, [0, 1], [2], options.ReducerOptions, schema.ReducerOptionsT()),
        _operator(1, [2, 3, -1], [4], options.FullyConnectedOptions, schema.FullyConnectedOptionsT()),
        _operator(2, [4], [5], options.SoftmaxOptions, softmax),
    ]
    graph.inputs, graph.outputs = [0], [5]
    if int8:
        _between_int8(model, graph)
    model.subgraphs = [graph]
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _between_int8(model: Any, graph: Any) -> None:
    """DEQUANTIZE before the first operator and QUANTIZE behind the last, with the scales of pixels and scores."""
    model.operatorCodes += [_operator_code(schema.BuiltinOperator.DEQUANTIZE)]
    model.operatorCodes += [_operator_code(schema.BuiltinOperator.QUANTIZE)]
    for name, shape, scale in (("pixels8", [1, SIDE, SIDE, 3], 1.0), ("scores8", [1, 3], 1 / 256)):
        tensor = _tensor(name, shape, kind=schema.TensorType.INT8)
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [-128]
        graph.tensors.append(tensor)
    options = schema.BuiltinOptions
    first = _operator(3, [6], [0], options.DequantizeOptions, schema.DequantizeOptionsT())
    last = _operator(4, [5], [7], options.QuantizeOptions, schema.QuantizeOptionsT())
    graph.operators = [first, *graph.operators, last]
    graph.inputs, graph.outputs = [6], [7]


def _operator_code(code: int) -> Any:
    operator_code = schema.OperatorCodeT()
    operator_code.builtinCode = operator_code.deprecatedBuiltinCode = code
    operator_code.version = 1
    return operator_code


def _tensor(name: str, shape: list[int], *, buffer: int = 0, kind: int = schema.TensorType.FLOAT32) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer, tensor.type = name.encode(), shape, buffer, kind
    return tensor


def _operator(code: int, inputs: list[int], outputs: list[int], kind: int, options: Any) -> Any:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, outputs
    operator.builtinOptionsType, operator.builtinOptions = kind, options
    return operator


def _package(path: Path, bare: bytes, spec: ModelSpec) -> Path:
    """Write a model file with `spec` inside, as `edgesmith convert` does."""
    put = package_tflite if path.suffix == ".tflite" else package_onnx
    path.write_bytes(put(bare, spec))
    return path


def _package_with_golden(path: Path, bare: bytes, spec: ModelSpec) -> Path:
    """The same, with golden answers computed by the engine that the tests use."""
    path.write_bytes(bare)
    engine = open_engine(path, threads=1)
    pictures = golden_inputs(spec.input)
    rows = [engine.run(picture[None]) for picture in pictures]
    engine.close()
    outputs = tuple(tuple(float(value) for value in row) for row in rows)
    return _package(
        path, bare, dataclasses.replace(spec, golden=dataclasses.replace(spec.golden, outputs=outputs))
    )


@pytest.fixture(scope="session")
def make_spec() -> Callable[..., ModelSpec]:
    """A sound spec; keywords override."""
    return _make_spec


@pytest.fixture(scope="session")
def package() -> Callable[[Path, bytes, ModelSpec], Path]:
    return _package


@pytest.fixture(scope="session")
def bare_onnx() -> bytes:
    return _bare_onnx()


@pytest.fixture(scope="session")
def bare_tflite() -> bytes:
    return _bare_tflite()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sound files with golden answers, by a readable name."""
    folder = tmp_path_factory.mktemp("models")
    whole = _make_spec(precision="int8", golden=Golden(outputs=(), tolerance=1.0, other_kernels=0.0))
    return {
        "float onnx": _package_with_golden(folder / "colours-float32.onnx", _bare_onnx(), _make_spec()),
        "uint8 onnx": _package_with_golden(folder / "colours-int8.onnx", _bare_onnx("uint8"), whole),
        "int8 onnx": _package_with_golden(folder / "colours8-int8.onnx", _bare_onnx("int8"), whole),
        "int8 tflite": _package_with_golden(folder / "colours8-int8.tflite", _bare_tflite(int8=True), whole),
        "float tflite": _package_with_golden(folder / "colours-float32.tflite", _bare_tflite(), _make_spec()),
    }


@pytest.fixture(scope="session", params=["float onnx", "uint8 onnx", "float tflite"])
def model(request: pytest.FixtureRequest, models: dict[str, Path]) -> Path:
    """Each of the sound files in turn."""
    return models[request.param]


@pytest.fixture(scope="session")
def photo() -> Callable[[Path, str], Path]:
    """Write a picture of one colour."""

    def write(path: Path, colour: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (24, 20), colour).save(path)
        return path

    return write


@pytest.fixture(scope="session")
def noise() -> NDArray[np.uint8]:
    """A picture without symmetry, uint8 [13, 17, 3]."""
    return np.random.default_rng(0).integers(0, 256, (13, 17, 3), dtype=np.uint8)


@contextmanager
def _running(app: "ASGIApp", host: str | None = None, **options: Any) -> Iterator["Site"]:
    """`app` at a free port until the block ends."""
    from edgesmith.runtime.web.server import WebServer
    from edgesmith.runtime.web.site import open_site

    with open_site(host, 0) as site:
        up = threading.Event()
        server = WebServer(app, site, ready=up.set, **options)
        thread = threading.Thread(target=server.run_at_site)
        thread.start()
        try:
            assert up.wait(10)
            yield site
        finally:
            server.stop()
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture(scope="session")
def running() -> Callable[..., Any]:
    return _running


@contextmanager
def _serve_process(
    *words: str, environment: dict[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "edgesmith", "serve", *words, "--port", "0"]
    variables = {**os.environ, **(environment or {})}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()  # where the test has failed; else it has ended, and this does nothing


@pytest.fixture(scope="session")
def serve_process() -> Callable[..., Any]:
    """A context: `serve_process("model.tflite", "--json")` as a process, ended by SIGTERM, which must be its good end."""
    return _serve_process


@pytest.fixture(scope="session")
def serve_document() -> Callable[..., dict[str, Any]]:
    """What a `serve_process` with `--json` prints once it answers."""

    def read(process: "subprocess.Popen[str]") -> dict[str, Any]:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        found: dict[str, Any] = json.loads("".join(lines))
        return found

    return read


@pytest.fixture(scope="session")
def ask() -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """`ask(site, "/path", method=..., body=..., headers=...)`: status, headers in lower case, body."""

    def send(
        site: "Site",
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        place = ("127.0.0.1", site.port)
        connection = (
            http.client.HTTPConnection(*place, timeout=10)
            if site.certificate is None
            else http.client.HTTPSConnection(*place, timeout=10, context=_trusting(site))
        )
        with_host = {"host": f"localhost:{site.port}", **(headers or {})}
        try:
            connection.request(method, path, body=body, headers=with_host)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    return send


@pytest.fixture(scope="session")
def say() -> Callable[..., bytes]:
    """`say(site, b"...")`: send raw bytes, and give all that comes until the other side closes or falls silent."""

    def talk(site: "Site", *pieces: bytes, patience: float = 5.0) -> bytes:
        received = b""
        with socket.create_connection(("127.0.0.1", site.port), timeout=patience) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                while data := connection.recv(65536):
                    received += data
            except (TimeoutError, ConnectionError):
                pass
        return received

    return talk


def _trusting(site: "Site") -> ssl.SSLContext:
    assert site.certificate is not None
    return ssl.create_default_context(cafile=str(site.certificate.path))
