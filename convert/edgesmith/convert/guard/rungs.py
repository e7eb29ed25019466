"""The ladder: which scheme comes after which, cheapest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from edgesmith.convert.quantization.scheme import Scheme

MIXED_SHARES = (0.05, 0.2)
"""Shares of the operators to leave float, the worst first: one or a few bad ones are the usual case, and every
further one gives away speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """`name`: for people. `scheme`: what int8 is made with on it."""

    name: str
    scheme: Scheme


def rungs(
    start: Scheme, *, best: Callable[[], Scheme], worst_operators: Callable[[float], frozenset[str]]
) -> Iterator[Rung]:
    """The rungs from `start` upwards; each adds to the best scheme so far, which `best` gives when asked.

    `worst_operators`: outputs of that share of the operators which lose most under it. Distillation comes last:
    it takes minutes, and in the research it never beat bias correction within two or three.
    """
    yield Rung(name=_name_of(start), scheme=start)
    if start.rounding != "data-aware":
        yield Rung(name="data-aware rounding", scheme=replace(best(), rounding="data-aware"))
    if not start.equalized:
        yield Rung(name="equalization", scheme=replace(best(), equalized=True))
    tried: frozenset[str] = frozenset()
    for share in MIXED_SHARES:
        kept = worst_operators(share)
        if kept == tried:  # of few operators, another share may be the same ones
            continue
        tried = kept
        yield Rung(
            name=f"mixed precision, {len(kept)} operators float", scheme=replace(best(), keep_float=kept)
        )
    yield Rung(name="distillation", scheme=replace(best(), keep_float=frozenset(), distilled=True))


def _name_of(scheme: Scheme) -> str:
    """What a scheme does, `bias correction` for the default."""
    parts = [
        "" if scheme.calibration_method == "minmax" else f"{scheme.calibration_method} ranges",
        "equalization" if scheme.equalized else "",
        "data-aware rounding" if scheme.rounding == "data-aware" else "",
        "bias correction" if scheme.bias_correction else "",
    ]
    return ", ".join(part for part in parts if part) or "minimum and maximum alone"
