"""What is read out of a float `.tflite`, and what is refused by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.graph.evaluate import run
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.convert.tflite.read import operator_names, read_graph
from edgesmith.runtime.errors import UnsupportedModelError

GENERATOR = np.random.default_rng(0)
KERNEL = GENERATOR.normal(size=(3, 3, 3, 4)).astype(np.float32)
DEPTHWISE = GENERATOR.normal(size=(3, 3, 3, 2)).astype(np.float32)
DENSE = GENERATOR.normal(size=(144, 5)).astype(np.float32) / 100
DENSE_BIAS = np.arange(5, dtype=np.float32)
PIXELS = GENERATOR.uniform(0, 255, (1, 8, 6, 3)).astype(np.float32)


def conv(image: Any) -> Any:
    return tf.nn.conv2d(image, KERNEL, 1, "VALID")


def changed(flatbuffer: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with its object tree changed."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    change(model)
    builder = flatbuffers.Builder(len(flatbuffer) + 1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.fixture(scope="module")
def conv_file() -> bytes:
    return to_flatbuffer(conv, (8, 6, 3))


def test_convolution_without_bias_gets_zeros(conv_file: bytes) -> None:
    graph = read_graph(changed(conv_file, drop_bias))
    (operator,) = graph.operators
    assert (operator.kind, operator.activation) == ("CONV_2D", "NONE")
    assert operator.options == {"stride": (1, 1), "dilation": (1, 1), "padding": "VALID"}
    assert np.array_equal(graph.constants[operator.inputs[1]], KERNEL)
    assert graph.constants[operator.inputs[2]].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(run(graph, PIXELS), conv(PIXELS), atol=1e-4)


def drop_bias(model: Any) -> None:
    operator = model.subgraphs[0].operators[0]
    operator.inputs = operator.inputs[:2]


def test_depth_multiplier_2() -> None:
    def depthwise(image: Any) -> Any:
        values = tf.nn.depthwise_conv2d(image, DEPTHWISE, (1, 2, 2, 1), "SAME")
        return tf.nn.relu6(tf.nn.bias_add(values, np.arange(6, dtype=np.float32)))

    graph = read_graph(to_flatbuffer(depthwise, (8, 6, 3)))
    (operator,) = graph.operators
    assert (operator.kind, operator.activation) == ("DEPTHWISE_CONV_2D", "RELU6")
    assert operator.options["multiplier"] == 2
    assert np.array_equal(graph.constants[operator.inputs[1]], DEPTHWISE)
    np.testing.assert_allclose(run(graph, PIXELS), depthwise(PIXELS), atol=1e-4)


@pytest.mark.parametrize(
    ("function", "kinds"),
    [
        pytest.param(
            lambda image: tf.nn.avg_pool2d(tf.nn.max_pool2d(image, 2, 2, "SAME"), 3, 1, "VALID"),
            ["MAX_POOL_2D", "AVERAGE_POOL_2D"],
            id="pools",
        ),
        pytest.param(
            lambda image: tf.concat([tf.pad(image, ((0, 0), (1, 0), (0, 2), (0, 0)))] * 2, 3),
            ["PAD", "CONCATENATION"],
            id="pad and concatenation",
        ),
        pytest.param(
            lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2)) / 9),
            ["MEAN", "MUL", "SOFTMAX"],
            id="mean and softmax",
        ),
        pytest.param(
            lambda image: tf.sigmoid(tf.nn.leaky_relu(1.0 - image[:, ::2, 1:5], 0.3)),
            ["STRIDED_SLICE", "SUB", "LEAKY_RELU", "LOGISTIC"],
            id="slice and leaky relu",
        ),
        pytest.param(
            lambda image: tf.matmul(tf.reshape(image, (1, 144)), DENSE) + DENSE_BIAS,
            ["RESHAPE", "FULLY_CONNECTED"],
            id="dense",
        ),
    ],
)
def test_graph_computes_what_the_file_does(function: Callable[[Any], Any], kinds: list[str]) -> None:
    graph = read_graph(to_flatbuffer(function, (8, 6, 3)))
    assert [operator.kind for operator in graph.operators] == kinds
    result = np.asarray(run(graph, np.concatenate([PIXELS, PIXELS + 1])))
    np.testing.assert_allclose(result[:1], function(PIXELS), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(result[1:], function(PIXELS + 1), rtol=1e-4, atol=1e-3)


def test_operators_never_share_constants() -> None:
    """The converter stores the zero biases of both, and equal weights, once; corrections differ, though."""

    def twice(image: Any) -> Any:
        kernel = tf.constant(KERNEL[..., :3])
        return tf.nn.conv2d(tf.nn.relu(tf.nn.conv2d(image, kernel, 1, "SAME")), kernel, 1, "SAME")

    flatbuffer = to_flatbuffer(twice, (8, 6, 3))
    stored = schema.ModelT.InitFromPackedBuf(flatbuffer, 0).subgraphs[0].operators
    assert stored[0].inputs[1:].tolist() == stored[1].inputs[1:].tolist()
    first, second = read_graph(flatbuffer).operators
    assert not {*first.inputs[1:]} & {*second.inputs[1:]}


def rename_operator(code: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        model.operatorCodes[0].builtinCode = getattr(schema.BuiltinOperator, code)
        model.operatorCodes[0].deprecatedBuiltinCode = min(127, getattr(schema.BuiltinOperator, code))

    return change


def fuse(activation: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        options = model.subgraphs[0].operators[0].builtinOptions
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)

    return change


def set_weight(value: float) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        index = model.subgraphs[0].operators[0].inputs[1]
        buffer = model.buffers[model.subgraphs[0].tensors[index].buffer]
        data = np.frombuffer(bytes(buffer.data), np.float32).copy()
        data[5] = value
        buffer.data = np.frombuffer(data.tobytes(), np.uint8)

    return change


def second_input(model: Any) -> None:
    model.subgraphs[0].inputs = np.array([*model.subgraphs[0].inputs] * 2, np.int32)


def channels_4(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].shape = np.array([1, 8, 6, 4], np.int32)


def int8_weights(model: Any) -> None:
    index = model.subgraphs[0].operators[0].inputs[1]
    model.subgraphs[0].tensors[index].type = schema.TensorType.INT8


def int8_activations(model: Any) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].type = schema.TensorType.INT8


@pytest.mark.parametrize(
    ("change", "message", "tip"),
    [
        pytest.param(
            rename_operator("TRANSPOSE_CONV"), "TRANSPOSE_CONV cannot be converted", "CONV_2D", id="unknown"
        ),
        pytest.param(rename_operator("GELU"), "GELU cannot be converted", "CONV_2D", id="unknown, above 127"),
        pytest.param(fuse("TANH"), "CONV_2D with fused TANH", "RELU6", id="fused activation"),
        pytest.param(set_weight(np.nan), "holds NaN or infinite weights", "train", id="NaN"),
        pytest.param(set_weight(np.inf), "holds NaN or infinite weights", "train", id="infinity"),
        pytest.param(second_input, "2 inputs and 1 outputs", "one input", id="two inputs"),
        pytest.param(
            channels_4, r"\(1, 8, 6, 4\); \[1, height, width, 1 or 3\]", "one input", id="four channels"
        ),
        pytest.param(int8_weights, "INT8; the model is quantized already", "float model", id="int8 weights"),
        pytest.param(
            int8_activations, "INT8 values; the model is quantized already", "float model", id="int8 input"
        ),
    ],
)
def test_refused(conv_file: bytes, change: Callable[[Any], None], message: str, tip: str) -> None:
    with pytest.raises(UnsupportedModelError, match=message) as refusal:
        read_graph(changed(conv_file, change))
    assert tip in str(refusal.value.tip)


def scaled(kind: int) -> Callable[[Any], None]:
    """The weights marked as quantized values of that type, behind an operator that is unknown as well."""

    def change(model: Any) -> None:
        rename_operator("QUANTIZE")(model)
        tensor = model.subgraphs[0].tensors[model.subgraphs[0].operators[0].inputs[1]]
        tensor.type = kind
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([0.5], np.float32)

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(rename_operator("QUANTIZE"), "QUANTIZE", id="QUANTIZE"),
        pytest.param(rename_operator("DEQUANTIZE"), "DEQUANTIZE", id="DEQUANTIZE"),
        pytest.param(scaled(schema.TensorType.INT8), "INT8, QUANTIZE", id="int8 tensor"),
        pytest.param(scaled(schema.TensorType.UINT8), "QUANTIZE, UINT8", id="uint8 tensor"),
    ],
)
def test_quantized_file_is_called_that_before_its_operators_are_unknown(
    conv_file: bytes, change: Callable[[Any], None], found: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=f"quantized already: it has {found}$") as refusal:
        read_graph(changed(conv_file, change))
    assert "float model" in str(refusal.value.tip)


def uint8_input(image: Any) -> Any:
    return conv(tf.cast(tf.cast(image, tf.uint8), tf.float32))


def test_cast_of_raw_pixels_is_no_quantization() -> None:
    with pytest.raises(UnsupportedModelError, match="operators CAST cannot be converted"):
        read_graph(to_flatbuffer(uint8_input, (8, 6, 3)))


def test_our_own_int8_file_is_refused_as_quantized(deployed: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="quantized already: it has INT8, QUANTIZE, UINT8"):
        read_graph((deployed / "colours-int8.tflite").read_bytes())


def test_all_unknown_operators_are_named_at_once() -> None:
    with pytest.raises(UnsupportedModelError, match="operators COS, EXP cannot be converted"):
        read_graph(to_flatbuffer(lambda image: tf.cos(tf.exp(image)) + image, (8, 6, 3)))


def test_custom_operators_are_named() -> None:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = b"Whirl"
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [], []
    subgraph = schema.SubGraphT()
    subgraph.tensors, subgraph.inputs, subgraph.outputs, subgraph.operators = [], [], [], [operator]
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [subgraph], []
    builder = flatbuffers.Builder(256)
    builder.Finish(model.Pack(builder), b"TFL3")
    flatbuffer = bytes(builder.Output())
    assert operator_names(flatbuffer) == ["CUSTOM:Whirl"]
    with pytest.raises(UnsupportedModelError, match="CUSTOM:Whirl cannot be converted"):
        read_graph(flatbuffer)


def test_operator_names_in_order() -> None:
    flatbuffer = to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2))), (8, 6, 3))
    assert operator_names(flatbuffer) == ["MEAN", "SOFTMAX"]
