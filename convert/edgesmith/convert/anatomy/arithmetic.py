"""What an operator computes on, from the types of what flows through it."""

from collections.abc import Iterable

from edgesmith.runtime.anatomy import Arithmetic, Operand

CONVERSIONS = frozenset(
    {
        "QUANTIZE", "DEQUANTIZE", "CAST",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast", "CastLike",
        "com.microsoft.QuantizeLinear", "com.microsoft.DequantizeLinear",
    }
)  # fmt: skip
"""They change the type of a tensor and nothing else."""

FLOATS = frozenset({"float16", "float32", "float64", "bfloat16"})
CODES = frozenset({"int8", "uint8", "int4", "uint4", "int2"})
"""Types of at most eight bits: they hold codes of quantized values, or raw pixels."""

_SIXTEEN = frozenset({"int16", "uint16"})


def arithmetic_of(kind: str, inputs: Iterable[str], outputs: Iterable[str]) -> Arithmetic:
    """By the types of the activations, constants left out: what an operator takes in decides, then what it gives.

    A product of codes may leave the operator as float (`MatMulIntegerToFloat`) and is computed on integers all
    the same; a product of floats with weights that are stored as codes is not.
    """
    if kind in CONVERSIONS:
        return "conversion"
    taken, given = set(inputs), set(outputs)
    if taken & FLOATS:
        return "float"
    for types in (taken, given):
        if types & CODES:
            return "int8"
        if types & _SIXTEEN:
            return "int16"
    return "float" if given & FLOATS else "index"


def activations(operands: Iterable[Operand]) -> list[Operand]:
    """Those that are computed, not stored."""
    return [operand for operand in operands if not operand.constant]
