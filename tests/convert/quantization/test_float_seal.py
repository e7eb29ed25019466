"""Operators that are kept float are float in the written file: weights, outputs, and what lies between them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.quantization.float_seal import remove_seals
from edgesmith.convert.quantization.observe import input_values
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.quantization.quantized import QuantizedGraph
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.quantization.simulate import simulate
from edgesmith.convert.tflite.write import write_int8

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
GENERATOR = np.random.default_rng(0)
CONVOLUTION = {"stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}
TYPES = {value: name for name, value in vars(schema.TensorType).items() if isinstance(value, int)}
NAMES = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}

GRAPH = Graph(
    input="image",
    input_shape=(1, 12, 12, 3),
    output="scores",
    operators=(
        Operator(
            kind="CONV_2D", inputs=("image", "w1", "b1"), output="c1", activation="RELU6", options=CONVOLUTION
        ),
        Operator(
            kind="DEPTHWISE_CONV_2D",
            inputs=("c1", "w2", "b2"),
            output="c2",
            activation="RELU",
            options={**CONVOLUTION, "multiplier": 1},
        ),
        Operator(kind="CONV_2D", inputs=("c2", "w3", "b3"), output="c3", options=CONVOLUTION),
        Operator(kind="ADD", inputs=("c1", "c3"), output="sum"),
        Operator(
            kind="MAX_POOL_2D",
            inputs=("sum",),
            output="pooled",
            options={"window": (2, 2), "stride": (2, 2), "padding": "VALID"},
        ),
        Operator(
            kind="MEAN", inputs=("pooled",), output="means", options={"axes": (1, 2), "keep_dims": False}
        ),
        Operator(
            kind="FULLY_CONNECTED",
            inputs=("means", "w4", "b4"),
            output="logits",
            options={"keep_num_dims": False},
        ),
        Operator(kind="SOFTMAX", inputs=("logits",), output="scores", options={"beta": 1.0}),
    ),
    constants={
        "w1": GENERATOR.normal(0, 0.01, (3, 3, 3, 32)).astype(np.float32),
        "w2": GENERATOR.normal(0, 0.4, (3, 3, 32, 1)).astype(np.float32),
        "w3": GENERATOR.normal(0, 0.1, (3, 3, 32, 32)).astype(np.float32),
        "w4": GENERATOR.normal(0, 0.3, (32, 5)).astype(np.float32),
        **{
            f"b{n}": GENERATOR.normal(0, 0.1, size).astype(np.float32)
            for n, size in enumerate((32, 32, 32, 5), 1)
        },
    },
    input_offset=127.0,
)


def types_by_operator(flatbuffer: bytes) -> list[tuple[str, str, str]]:
    """(operator, type of its weights or second operand, type of its output) in order."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    tensors = model.subgraphs[0].tensors
    found = []
    for operator in model.subgraphs[0].operators:
        code = model.operatorCodes[operator.opcodeIndex]
        inputs = [TYPES[tensors[index].type] for index in operator.inputs]
        output = TYPES[tensors[operator.outputs[0]].type]
        found.append(
            (
                NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)],
                inputs[-1 if len(inputs) < 2 else 1],
                output,
            )
        )
    return found


@pytest.fixture(scope="module")
def pixels(make_pictures: Callable[..., NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return make_pictures(20, height=12, width=12)


def kept(pixels: NDArray[np.uint8], *outputs: str) -> QuantizedGraph:
    return quantize(GRAPH, pixels, Scheme(keep_float=frozenset(outputs)), progress=lambda done, total: None)


@pytest.mark.parametrize(
    ("outputs", "floats"),
    [
        (("c1",), {"CONV_2D": 1}),
        (("c2",), {"DEPTHWISE_CONV_2D": 1}),
        (("c2", "c3"), {"DEPTHWISE_CONV_2D": 1, "CONV_2D": 1}),
        (("sum",), {"ADD": 1}),
        (("c3", "sum", "pooled"), {"CONV_2D": 1, "ADD": 1, "MAX_POOL_2D": 1}),
        (("logits",), {"FULLY_CONNECTED": 1}),
        (("logits", "scores"), {"FULLY_CONNECTED": 1, "SOFTMAX": 1}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_named_operators_are_float_and_all_others_integer(
    outputs: tuple[str, ...], floats: dict[str, int], pixels: NDArray[np.uint8], run_model: Runner
) -> None:
    quantized = kept(pixels, *outputs)
    flatbuffer = write_int8(quantized)
    found = [row for row in types_by_operator(flatbuffer) if row[0] not in ("QUANTIZE", "DEQUANTIZE")]
    assert [row[0] for row in found if row[2] == "FLOAT32"] == [
        operator.kind for operator in GRAPH.operators if operator.output in outputs
    ]
    assert all(row[1] == "FLOAT32" for row in found if row[2] == "FLOAT32" and row[0] in floats)
    assert all(row[1] in ("INT8", "INT32") for row in found if row[2] == "INT8")
    assert len(found) == len(GRAPH.operators)
    simulated = simulate(quantized, input_values(GRAPH, pixels))["scores"].numpy()
    got = run_model(flatbuffer, pixels).astype(np.float32) / 256
    # Integer kernels round where the simulation does not, between other steps: in the mean of a pool.
    assert np.abs(got - simulated).max() <= 4 / 256


def test_without_float_operators_nothing_changes(pixels: NDArray[np.uint8]) -> None:
    flatbuffer = write_int8(kept(pixels))
    assert remove_seals(flatbuffer) == flatbuffer


def test_neighbouring_float_operators_pass_their_values_unrounded(pixels: NDArray[np.uint8]) -> None:
    tensors = simulate(kept(pixels, "c2", "c3"), input_values(GRAPH, pixels))
    assert len(np.unique(tensors["c1"])) <= 256
    assert len(np.unique(tensors["c2"])) > 1000
