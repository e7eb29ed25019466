"""What runs on integers is compared with the operators of the graph that ONNX Runtime makes of the file."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from edgesmith.convert.anatomy import read_anatomy
from edgesmith.runtime.anatomy import Quantization
from edgesmith.runtime.errors import ModelFileError

Make = Callable[[str], Path]

HEAD = '<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]>'

# A uint8 convolution with int8 weights per channel, a ReLU that the codes imply, and a ReLU left in float. The
# scale of the bias is the product of the others, else ONNX Runtime fuses nothing.
CONVOLUTION = f"""{HEAD}
g (uint8[1,2,4,4] x) => (float[1,3,4,4] y) <
    float s = {{0.5}}, uint8 z = {{0}}, int8[3,2,1,1] w = {{1,2,3,4,5,6}},
    float[3] ws = {{0.5,0.25,1.0}}, int8[3] wz = {{0,0,0}},
    int32[3] b = {{1,2,3}}, float[3] bs = {{0.25,0.125,0.5}}, int32[3] bz = {{0,0,0}}
>
{{
    values = DequantizeLinear(x, s, z)
    kernel = DequantizeLinear <axis = 0> (w, ws, wz)
    bias = DequantizeLinear <axis = 0> (b, bs, bz)
    sums = Conv(values, kernel, bias)
    positive = Relu(sums)
    codes = QuantizeLinear(positive, s, z)
    real = DequantizeLinear(codes, s, z)
    y = Relu(real)
}}
"""


def test_a_quantized_convolution(make_onnx: Make) -> None:
    anatomy = read_anatomy(make_onnx(CONVOLUTION))
    assert [(layer.kind, layer.arithmetic) for layer in anatomy.layers] == [
        ("DequantizeLinear", "folded"),
        ("DequantizeLinear", "folded"),
        ("DequantizeLinear", "folded"),
        ("Conv", "int8"),
        ("Relu", "folded"),
        ("QuantizeLinear", "folded"),
        ("DequantizeLinear", "conversion"),
        ("Relu", "float"),
    ]
    convolution = next(layer for layer in anatomy.layers if layer.kind == "Conv")
    assert [(operand.name, operand.dtype) for operand in convolution.inputs] == [
        ("x", "uint8"), ("w", "int8"), ("b", "int32"),
    ]  # fmt: skip
    assert convolution.inputs[1].quantization == Quantization(
        scale=(0.5, 0.25, 1.0), zero_point=(0, 0, 0), axis=0
    )
    assert convolution.outputs[0].quantization == Quantization(scale=(0.5,), zero_point=(0,))
    assert (convolution.macs, convolution.parameters, convolution.version) == (96, 9, 17)
    assert (anatomy.int8_share, anatomy.int8_macs_share, anatomy.parameters) == (0.5, 1.0, 9)


def test_int8_activations_run_in_float_on_x86(make_onnx: Make) -> None:
    """The same graph straight from int8 input codes: ONNX Runtime on x86 fuses no int8 activations."""
    text = CONVOLUTION.replace("uint8[1,2,4,4]", "int8[1,2,4,4]").replace("uint8 z", "int8 z")
    anatomy = read_anatomy(make_onnx(text))
    convolution = next(layer for layer in anatomy.layers if layer.kind == "Conv")
    assert convolution.arithmetic == "float"
    assert str(convolution.why_float).startswith("its activations are int8; on x86")
    assert anatomy.int8_macs_share == 0.0


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(
            "y = Elu(x)",
            "its input is float32",
            id="float",
        ),
        pytest.param(
            "w = DequantizeLinear(k, s, z)  y = MatMul(x, w)",
            "its weights are stored as uint8 but its input is float32 (weight-only)",
            id="weight-only",
        ),
        pytest.param(
            "c = QuantizeLinear(x, s, z)  r = DequantizeLinear(c, s, z)  y = Elu(r)",
            "its result is an output in float32, not behind QuantizeLinear",
            id="at the end",
        ),
        pytest.param(
            "c = QuantizeLinear(x, s, z)  r = DequantizeLinear(c, s, z)  e = Elu(r)"
            "  d = QuantizeLinear(e, s, z)  y = DequantizeLinear(d, s, z)",
            "ONNX Runtime has no integer Elu for what stands around it",
            id="no integer kernel",
        ),
        pytest.param(
            "c = QuantizeLinear(x, s, z)  r = DequantizeLinear(c, s, z)  e = Elu(r)  y = Cos(e)",
            "its result goes on in float32, to Cos, and not through QuantizeLinear",
            id="into a float operator",
        ),
    ],
)
def test_why_an_operator_is_float(make_onnx: Make, body: str, why: str) -> None:
    text = f"""{HEAD} g (float[2,2] x) => (float[2,2] y)
    <float s = {{0.5}}, uint8 z = {{3}}, uint8[2,2] k = {{1,2,3,4}}> {{ {body} }}"""
    assert read_anatomy(make_onnx(text)).float_operators[0].why_float == why


def test_products_count_where_the_engine_computes_them(make_onnx: Make) -> None:
    """MatMul and Add become one Gemm of another name: the MatMul keeps its products, the Add is folded."""
    text = f"""{HEAD} g (float[1,4] x) => (float[1,2] y) <float[4,2] w = {{1,2,3,4,5,6,7,8}}, float[2] b = {{1,2}}>
    {{ m = MatMul(x, w)  y = Add(m, b) }}"""
    anatomy = read_anatomy(make_onnx(text))
    assert [layer.arithmetic for layer in anatomy.layers] == ["float", "folded"]
    assert (anatomy.macs, anatomy.parameters) == (8, 10)


def test_operators_that_the_file_defines(make_onnx: Make) -> None:
    """Codes in and out; its table of floats is no weight. The engine spells the definition out."""
    text = """<ir_version: 8, opset_import: ["": 17, "own": 1]>
    g (uint8[1,4] x) => (uint8[1,4] y) <float[256] t> { y = own.F(x, t) }
    <domain: "own", opset_import: ["": 17]>
    F (c, table) => (r) { wide = Cast <to = 6> (c)  real = Gather(table, wide)  r = Cast <to = 2> (real) }"""
    model = onnx.parser.parse_model(text.replace("<float[256] t>", "<float[2] t = {1,2}>"))
    file = make_onnx(HEAD + "g (float[1] x) => (float[1] y) { y = Abs(x) }")
    onnx.save(model, file)
    anatomy = read_anatomy(file)
    (layer,) = anatomy.layers
    assert (layer.kind, layer.arithmetic, layer.parameters) == ("own.F", "int8", 0)
    assert anatomy.oldest_runtime.unknown == ()


def test_a_file_that_the_engine_refuses(make_onnx: Make) -> None:
    """Types and shapes come from onnx then, and what would be fused is not guessed."""
    file = make_onnx(CONVOLUTION)
    model = onnx.load(file)
    model.opset_import[0].version = 99
    onnx.save(model, file)
    anatomy = read_anatomy(file)
    convolution = next(layer for layer in anatomy.layers if layer.kind == "Conv")
    assert (convolution.arithmetic, anatomy.int8_share) == ("float", 0.0)
    assert "cannot say" in str(convolution.why_float)
    assert anatomy.notes[0].startswith("operators: ONNX Runtime does not load the file")
    assert anatomy.oldest_runtime.versions == {"onnxruntime": None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "not a whole ONNX file", id="empty"),
        pytest.param(b"\x08\x08", "it has no operators", id="only a version"),
        pytest.param(b"nothing at all", "not a whole ONNX file", id="text"),
    ],
)
def test_what_is_none(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        read_anatomy(tmp_path / "a.onnx")


def test_an_operator_that_reads_what_nothing_writes(make_onnx: Make) -> None:
    file = make_onnx(CONVOLUTION)
    model = onnx.load(file)
    model.graph.node[3].input[0] = "lost"
    onnx.save(model, file)
    with pytest.raises(ModelFileError, match="Conv reads 'lost', which nothing writes before it"):
        read_anatomy(file)


def test_weights_in_another_file_are_not_opened(make_onnx: Make) -> None:
    file = make_onnx(CONVOLUTION)
    model = onnx.load(file)
    (weights,) = (tensor for tensor in model.graph.initializer if tensor.name == "w")
    weights.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weights), "w"))
    onnx.external_data_helper.set_external_data(weights, "../passwords")
    weights.ClearField("raw_data")
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ModelFileError, match="a tensor lies in another file"):
        read_anatomy(file)


class Batches(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is untyped
    """Four random pictures."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        draws = np.random.default_rng(0)
        self._batches = iter([{name: draws.uniform(0, 255, shape).astype(np.float32)} for _ in range(4)])

    def get_next(self) -> Any:
        return next(self._batches, None)


def _operators_that_run(file: Path, folder: Path) -> Counter[str]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(folder / "optimised.onnx")
    options.add_session_config_entry("session.qdqisint8allowed", "0")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(folder / "optimised.onnx").graph.node)


@pytest.mark.parametrize("activations", [QuantType.QUInt8, QuantType.QInt8], ids=["uint8", "int8"])
@pytest.mark.parametrize("layout", [QuantFormat.QDQ, QuantFormat.QOperator], ids=["QDQ", "QOperator"])
def test_files_of_onnxruntimes_own_quantizer(
    deployed: Path, tmp_path: Path, layout: QuantFormat, activations: QuantType
) -> None:
    """As many convolutions count as int8 as ONNX Runtime computes with QLinearConv."""
    source, file = deployed / "colours-float32.onnx", tmp_path / "colours-quantized.onnx"
    shown = onnx.load(source).graph.input[0]
    shape = tuple(size.dim_value for size in shown.type.tensor_type.shape.dim)
    quantize_static(
        source, file, Batches(shown.name, shape), quant_format=layout, activation_type=activations,
        weight_type=QuantType.QInt8, per_channel=True,
    )  # fmt: skip
    anatomy, runs = read_anatomy(file), _operators_that_run(file, tmp_path)
    convolutions = [layer for layer in anatomy.layers if layer.kind in ("Conv", "QLinearConv")]
    integers = sum(layer.arithmetic == "int8" for layer in convolutions)
    assert (integers, len(convolutions) - integers) == (runs["QLinearConv"], runs["Conv"] + runs["FusedConv"])
    assert anatomy.macs == read_anatomy(source).macs


def test_our_own_file_is_integer_throughout(deployed: Path) -> None:
    onnx_file, tflite = (read_anatomy(deployed / f"colours-int8.{suffix}") for suffix in ("onnx", "tflite"))
    assert (onnx_file.int8_share, onnx_file.int8_macs_share) == (1.0, 1.0)
    assert (tflite.int8_share, tflite.int8_macs_share) == (1.0, 1.0)
    assert (onnx_file.macs, onnx_file.parameters) == (tflite.macs, tflite.parameters)
    assert onnx_file.oldest_runtime.versions == {"onnxruntime": "1.12"}
    assert tflite.oldest_runtime.versions == {"tflite-runtime": "2.7.0", "ai-edge-litert": "1.0.1"}


def test_tf2onnxs_raw_file_is_not(deployed: Path, tmp_path: Path) -> None:
    """Called int8, it leaves operators in float on x86: what the lowering is for."""
    tf2onnx = pytest.importorskip("tf2onnx")
    file = tmp_path / "raw.onnx"
    onnx.save(tf2onnx.convert.from_tflite(str(deployed / "colours-int8.tflite"), opset=17)[0], file)
    anatomy, runs = read_anatomy(file), _operators_that_run(file, tmp_path)
    assert sum(layer.arithmetic == "float" for layer in anatomy.layers if layer.macs) == sum(
        runs[kind] for kind in ("Conv", "FusedConv", "Gemm", "MatMul")
    )
    assert anatomy.int8_share < 1.0
