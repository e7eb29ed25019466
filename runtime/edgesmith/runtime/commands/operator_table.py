"""The operators of a file as aligned text, one line each."""

from collections import Counter
from collections.abc import Iterable, Iterator

from edgesmith.runtime.anatomy import Anatomy, Operand, OperatorSummary

_HEAD = ("#", "operator", "computes", "in", "out", "parameters", "macs", "scale and zero point of the output")
_RIGHT = {0, 5, 6}  # columns of numbers


def operator_table(anatomy: Anatomy) -> Iterator[str]:
    """A heading and a line for each operator that runs, then why some run in float.

    Below the table, not in it: what the engine folds into a neighbour, and conversions of stored weights.
    """
    folded = [layer for layer in anatomy.layers if layer.arithmetic == "folded"]
    stored = [layer for layer in anatomy.layers if layer.arithmetic == "conversion" and not layer.runs]
    rows = [_HEAD, *(_cells(layer) for layer in anatomy.layers if layer.runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = [
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    if folded or stored:
        yield ""
    if folded:
        yield f"folded into these when the file is loaded: {_counts(folded)}"
    if stored:
        yield f"conversions of stored weights: {_counts(stored)}"
    yield from _why_float(anatomy)


def _counts(layers: Iterable[OperatorSummary]) -> str:
    return ", ".join(
        f"{count} {kind}" for kind, count in Counter(layer.kind for layer in layers).most_common()
    )


def _why_float(anatomy: Anatomy) -> Iterator[str]:
    """One line for each reason. A network that is float throughout, for one reason, needs none."""
    reasons: dict[str, list[OperatorSummary]] = {}
    for layer in anatomy.float_operators:
        reasons.setdefault(layer.why_float or "", []).append(layer)
    integers = any(layer.arithmetic in ("int8", "int16") for layer in anatomy.layers)
    if not reasons or (len(reasons) == 1 and not integers):
        return
    yield ""
    yield "in float:"
    for reason, alike in reasons.items():
        yield f"  {_counts(alike)}: {reason}"


def _cells(layer: OperatorSummary) -> tuple[str, ...]:
    return (
        str(layer.index),
        layer.kind,
        layer.arithmetic,
        _types(operand for operand in layer.inputs if not operand.constant),
        _types(layer.outputs),
        f"{layer.parameters:,}" if layer.parameters else "",
        "?" if layer.macs is None else f"{layer.macs:,}" if layer.macs else "",
        _codes(layer.outputs[0]) if layer.outputs else "",
    )


def _types(operands: Iterable[Operand]) -> str:
    """`int8 1x112x112x32`; a `?` for an open size."""
    return " + ".join(f"{operand.dtype} {_shape(operand)}".rstrip() for operand in operands)


def _shape(operand: Operand) -> str:
    if operand.shape is None:
        return "?"
    return "x".join("?" if size is None else str(size) for size in operand.shape)


def _codes(operand: Operand) -> str:
    found = operand.quantization
    if found is None:
        return ""
    if found.axis is not None:
        return f"{len(found.scale)} of each, along axis {found.axis}"
    return f"{found.scale[0]:.6g}, {found.zero_point[0]}"
