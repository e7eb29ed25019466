"""Tiny ONNX graphs as text, before and after a pass, and what ONNX Runtime makes of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
from numpy.typing import NDArray

Parse = Callable[[str], ir.Model]
Lines = Callable[[ir.Model], list[str]]
Answer = Callable[..., NDArray[Any]]


def _parse(text: str) -> ir.Model:
    proto = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]> {text}')
    onnx.checker.check_model(proto, full_check=True)
    return ir.from_proto(proto)


def _lines(model: ir.Model) -> list[str]:
    names = [
        (node.outputs[0].name, node.op_type, [value.name if value else "" for value in node.inputs])
        for node in model.graph
    ]
    return [f"{output} = {op_type}({', '.join(map(str, inputs))})" for output, op_type, inputs in names]


def _answer(model: ir.Model, **feeds: Any) -> NDArray[Any]:
    proto = ir.to_proto(model)
    onnx.checker.check_model(proto, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    result: NDArray[Any] = session.run(None, {name: np.asarray(value) for name, value in feeds.items()})[0]
    return result


@pytest.fixture(scope="session")
def parse() -> Parse:
    """A model from ONNX's text form, checked."""
    return _parse


@pytest.fixture(scope="session")
def lines() -> Lines:
    """`output = Operator(inputs)` for each node in order."""
    return _lines


@pytest.fixture(scope="session")
def answer() -> Answer:
    """The first output in ONNX Runtime with all optimizations, after a full check."""
    return _answer
