"""The words in the drawing of a graph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from edgesmith.runtime.anatomy import Anatomy, Operand, OperatorSummary

# Characters that XML 1.0 does not allow (section 2.2); names in a damaged file can hold any.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_LONGEST = 40  # characters of a kind, beside the shape at the right of a box


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxText:
    """What stands in a box, and what appears when the pointer rests on it."""

    kind: str
    output: str
    work: str
    codes: str
    full: str


def legible(text: str) -> str:
    """The text without characters that XML has no way to write."""
    return _ILLEGAL.sub("�", text)


def headline(anatomy: Anatomy) -> list[str]:
    """Three lines: how large the network is, how much of it computes on integers, and what bars mean."""
    macs = "an unknown number of" if anatomy.macs is None else _short(anatomy.macs)
    share = anatomy.int8_macs_share
    of_macs = "" if share is None else f" and {100 * share:.0f} % of multiply-accumulates"
    return [
        f"{_short(anatomy.parameters)} parameters, {macs} multiply-accumulates.",
        f"{100 * anatomy.int8_share:.0f} % of operators{of_macs} on 8-bit integers.",
        "At the right of a box: what it writes. Bars: multiply-accumulates, against the operator with most.",
    ]


def box_text(layer: OperatorSummary) -> BoxText:
    """Describe one operator."""
    output = layer.outputs[0] if layer.outputs else None
    work = [_weights(layer)] if _weights(layer) else []
    if layer.macs:
        work.append(f"{_short(layer.macs)} MACs")
    return BoxText(
        kind=_clipped(layer.kind),
        output="" if output is None else f"{output.dtype} {_shape(output)}",
        work=" · ".join(work),
        codes="" if output is None else _codes(output),
        full=legible("\n".join(_details(layer))),
    )


def _details(layer: OperatorSummary) -> Iterator[str]:
    version = "" if layer.version is None else f", version {layer.version}"
    yield f"{layer.index} {layer.kind}{version}"
    yield layer.name
    for word, operands in (("reads", layer.inputs), ("writes", layer.outputs)):
        for operand in operands:
            yield f"{word} {operand.dtype} {_shape(operand)} {operand.name} {_codes(operand)}".rstrip()
    if layer.why_float is not None:
        yield f"in float: {layer.why_float}"


def _weights(layer: OperatorSummary) -> str:
    """The largest stored operand."""
    stored = [operand for operand in layer.inputs if operand.constant and operand.shape]
    if not layer.macs or not stored:
        return ""
    largest = max(stored, key=lambda operand: len(operand.shape or ()))
    per_channel = largest.quantization is not None and largest.quantization.axis is not None
    return f"weights {largest.dtype} {_shape(largest)}{' per channel' if per_channel else ''}"


def _codes(operand: Operand) -> str:
    found = operand.quantization
    if found is None:
        return ""
    if found.axis is not None:
        return f"{len(found.scale)} scales along axis {found.axis}"
    return f"scale {found.scale[0]:.4g}, zero point {found.zero_point[0]}".replace("-", "−")


def _shape(operand: Operand) -> str:
    if operand.shape is None:
        return "of unknown shape"
    return "×".join("?" if size is None else str(size) for size in operand.shape)


def _short(count: int) -> str:
    """`385 M`: three digits and a unit."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 1000 * size else f"{count // size:,} {unit}"
    return str(count)


def _clipped(text: str) -> str:
    text = legible(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
