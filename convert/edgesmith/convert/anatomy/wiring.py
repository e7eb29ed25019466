"""Which of the operators that run read which: the wires of the drawing, and the lanes they take beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgesmith.runtime.anatomy import Anatomy, OperatorSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """From the operator in row `start` to the one in row `end`; `lane` is None between neighbours."""

    start: int
    end: int
    lane: int | None


def wires_of(anatomy: Anatomy) -> tuple[list[OperatorSummary], list[Wire]]:
    """The operators that run, in order, and the wires between them.

    What the engine folds away is looked through; so are conversions of stored weights.
    """
    shown = [layer for layer in anatomy.layers if layer.runs]
    makers = {tensor.name: layer for layer in anatomy.layers for tensor in layer.outputs}
    makers |= {tensor.name: layer for layer in shown for tensor in layer.outputs}
    rows = {layer.index: row for row, layer in enumerate(shown)}
    pairs = sorted(
        {
            (rows[source], rows[layer.index])
            for layer in shown
            for source in _sources(layer, makers, rows)
            if rows[source] < rows[layer.index]
        }
    )
    return shown, _in_lanes(pairs)


def _sources(
    layer: OperatorSummary, makers: Mapping[str, OperatorSummary], rows: Mapping[int, int]
) -> set[int]:
    """The operators with rows that a layer reads from, by index."""
    found: set[int] = set()
    pending, seen = [layer], {layer.index}
    while pending:
        for tensor in pending.pop().inputs:
            maker = makers.get(tensor.name)
            if tensor.constant or maker is None or maker.index in seen:
                continue
            seen.add(maker.index)
            if maker.index in rows:
                found.add(maker.index)
            else:
                pending.append(maker)
    return found


def _in_lanes(pairs: Sequence[tuple[int, int]]) -> list[Wire]:
    """Neighbours are joined directly; every longer wire takes the innermost lane that is free over its length."""
    wires = [Wire(start=start, end=end, lane=None) for start, end in pairs if end == start + 1]
    taken: list[list[tuple[int, int]]] = []
    # Short ones first, so that they lie inside.
    for start, end in sorted(
        (pair for pair in pairs if pair[1] > pair[0] + 1), key=lambda pair: pair[1] - pair[0]
    ):
        lane = next((n for n, lane in enumerate(taken) if _is_free(lane, start, end)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((start, end))
        wires.append(Wire(start=start, end=end, lane=lane))
    return wires


def _is_free(lane: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return all(end <= other_start or start >= other_end for other_start, other_end in lane)
