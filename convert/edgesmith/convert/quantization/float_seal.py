"""Keeps TensorFlow's converter from quantizing an operator that is to stay float.

Between two rounded tensors the converter quantizes every operator it can, weights without a range included.
It does not where something that has no integer kernel stands before the second rounding: a FLOOR, which no
graph of ours has otherwise, and which is taken out of the file again.
"""

from typing import Any

import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.tflite.packing import builtin_code, packed

_SEAL = schema.BuiltinOperator.FLOOR


def seal(values: Any) -> Any:
    """Put the seal on a float tensor that is about to be rounded. The values mean nothing until it is removed."""
    return tf.floor(values)


def remove_seals(flatbuffer: bytes) -> bytes:
    """The model without its seals: whoever read one reads what was sealed. The same bytes where there is none."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    subgraph = model.subgraphs[0]
    sealed = {
        int(operator.outputs[0]): int(operator.inputs[0])
        for operator in subgraph.operators
        if builtin_code(model, operator) == _SEAL
    }
    if not sealed:
        return flatbuffer
    subgraph.operators = [
        operator for operator in subgraph.operators if builtin_code(model, operator) != _SEAL
    ]
    for operator in subgraph.operators:
        operator.inputs = [sealed.get(int(index), int(index)) for index in operator.inputs]
    return packed(model)
