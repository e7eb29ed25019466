"""The graph's types. Operators keep TFLite's names and meaning; tensors are known by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Kind = Literal[
    "ADD",
    "AVERAGE_POOL_2D",
    "CONCATENATION",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "HARD_SWISH",
    "LEAKY_RELU",
    "LOGISTIC",
    "MAX_POOL_2D",
    "MEAN",
    "MUL",
    "PAD",
    "RELU",
    "RELU6",
    "RESHAPE",
    "RESIZE_BILINEAR",
    "SOFTMAX",
    "STRIDED_SLICE",
    "SUB",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Activation = Literal["NONE", "RELU", "RELU6"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)

# Kernels of these carry inputs and bias: (input, weights, bias).
WEIGHTED: frozenset[Kind] = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})

# These only move or choose values; TFLite's 8-bit kernels demand one scale for all their inputs and outputs
# (TFLite 8-bit quantization specification, restrictions of each operator).
SAME_SCALE: frozenset[Kind] = frozenset(
    {"AVERAGE_POOL_2D", "CONCATENATION", "MAX_POOL_2D", "PAD", "RESHAPE", "RESIZE_BILINEAR", "STRIDED_SLICE"}
)

# Probabilities: the specification fixes their output to scale 1/256 and zero point -128.
PROBABILITY: frozenset[Kind] = frozenset({"LOGISTIC", "SOFTMAX"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator with one output.

    `inputs` name tensors or constants. Weights are float32: CONV_2D [rows, columns, in, out],
    DEPTHWISE_CONV_2D [rows, columns, channels, multiplier], FULLY_CONNECTED [in, out]; a bias is always
    there. `options` hold the operator's numbers under TFLite's names in snake case.
    """

    kind: Kind
    inputs: tuple[str, ...]
    output: str
    activation: Activation = "NONE"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Operators in execution order, from one input to one output.

    The input tensor holds `raw - input_offset`, raw being pixels 0..255, shape [1, height, width, channels];
    every activation's first axis is the batch.
    """

    input: str
    input_shape: tuple[int, int, int, int]
    output: str
    operators: tuple[Operator, ...]
    constants: Mapping[str, NDArray[Any]]
    input_offset: float = 0.0

    def consumers(self, tensor: str) -> list[Operator]:
        """The operators that read `tensor`."""
        return [operator for operator in self.operators if tensor in operator.inputs]

    def producer(self, tensor: str) -> Operator | None:
        """The operator that writes `tensor`; None for the input and for constants."""
        return next((operator for operator in self.operators if operator.output == tensor), None)

    def with_constants(self, changed: Mapping[str, NDArray[np.float32]]) -> "Graph":
        """The same graph with some constants replaced or added."""
        return replace(self, constants={**self.constants, **changed})
