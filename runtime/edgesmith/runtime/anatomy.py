"""What a network consists of, operator by operator: the types that readers of `.tflite` and `.onnx` fill."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from edgesmith.runtime.spec import ModelFormat

Arithmetic = Literal["int8", "int16", "float", "index", "conversion", "folded"]
"""What an operator computes on.

- `int8`: 8-bit codes in and out.
- `int16`: 16-bit activations, whatever its weights are.
- `float`: 16, 32 or 64 bits; also where the weights are stored as integers.
- `index`: integers that are no codes, such as shapes.
- `conversion`: from one type to another, and nothing else.
- `folded`: nothing by itself; the engine computes it within a neighbour.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """`real = scale * (code - zero_point)`; one entry each, or one per index along `axis`."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A tensor that an operator reads or writes.

    `dtype`: NumPy's name of the type, or the format's own where NumPy has none (`int4`). `shape`: None for a
    size that is open; None as a whole where it is unknown. `constant`: stored in the file.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None
    constant: bool
    quantization: Quantization | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSummary:
    """One operator, in the order of execution.

    `kind`: TFLite's builtin name (`CUSTOM:<code>`), or ONNX's operator type, behind its domain where that is
    not the standard one. `version`: the operator's in TFLite, the domain's opset in ONNX, None where the
    file states none. `parameters`: stored values, each constant counted where it is used first. `macs`:
    multiply-accumulates for one input, None where shapes are open. `why_float`: None unless it computes in
    floating point.
    """

    index: int
    kind: str
    name: str
    version: int | None
    arithmetic: Arithmetic
    inputs: tuple[Operand, ...]
    outputs: tuple[Operand, ...]
    parameters: int
    macs: int | None
    why_float: str | None = None

    @property
    def runs(self) -> bool:
        """Whether an inference has a step for it: not what is folded, nor conversions of stored weights."""
        of_weights = self.arithmetic == "conversion" and all(operand.constant for operand in self.inputs)
        return self.arithmetic != "folded" and not of_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class OldestRuntime:
    """`versions`: by package, the oldest release that loads the file; None where no known one does.

    `because`: what demands it. `unknown`: operators that the tables do not know; with any, the versions are
    lower bounds.
    """

    versions: Mapping[str, str | None]
    because: Mapping[str, str]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """A whole file. `notes`: what could not be found out, and why."""

    format: ModelFormat
    layers: tuple[OperatorSummary, ...]
    oldest_runtime: OldestRuntime
    notes: tuple[str, ...] = ()

    @property
    def operators(self) -> dict[str, int]:
        """Operators by kind, most frequent first."""
        return dict(Counter(layer.kind for layer in self.layers).most_common())

    @property
    def int8_share(self) -> float:
        """Of the operators that compute on values, the share that does so on 8-bit integers, 0..1."""
        computing = [layer for layer in self.layers if layer.arithmetic in ("int8", "int16", "float")]
        return _share(sum(layer.arithmetic == "int8" for layer in computing), len(computing))

    @property
    def parameters(self) -> int:
        """Stored weights, biases and other constant values."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates for one input; None when those of an operator are unknown."""
        counts = [layer.macs for layer in self.layers if layer.macs is not None]
        return sum(counts) if len(counts) == len(self.layers) else None

    @property
    def int8_macs_share(self) -> float | None:
        """Share of multiply-accumulates on 8-bit integers, 0..1; None where they are unknown or none."""
        if not self.macs:
            return None
        return _share(sum(layer.macs or 0 for layer in self.layers if layer.arithmetic == "int8"), self.macs)

    @property
    def float_operators(self) -> tuple[OperatorSummary, ...]:
        """Those that compute in floating point."""
        return tuple(layer for layer in self.layers if layer.arithmetic == "float")

    def to_json(self) -> dict[str, Any]:
        """What `inspect --json` says of it."""
        return {
            "operators": self.operators,
            "int8_share": self.int8_share,
            "parameters": self.parameters,
            "macs": self.macs,
            "int8_macs_share": self.int8_macs_share,
            "oldest_runtime": asdict(self.oldest_runtime),
            "float_operators": [
                {"index": layer.index, "name": layer.name, "kind": layer.kind, "why": layer.why_float}
                for layer in self.float_operators
            ],
            "layers": [asdict(layer) for layer in self.layers],
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
