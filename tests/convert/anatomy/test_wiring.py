from collections.abc import Callable
from typing import Any

from edgesmith.convert.anatomy.wiring import Wire, wires_of
from edgesmith.runtime.anatomy import Anatomy, OperatorSummary

Layer = Callable[..., OperatorSummary]
Build = Callable[..., Anatomy]


def _wires(anatomy: Anatomy) -> list[tuple[int, int, int | None]]:
    return [(wire.start, wire.end, wire.lane) for wire in wires_of(anatomy)[1]]


def test_a_chain(anatomy: Build, layer: Layer) -> None:
    assert wires_of(anatomy(layer(0, "x", "a"), layer(1, "a", "b")))[1] == [Wire(start=0, end=1, lane=None)]


def test_a_branch_runs_beside_the_column(anatomy: Build, layer: Layer) -> None:
    drawn = anatomy(layer(0, "x", "a"), layer(1, "a", "b"), layer(2, "ab", "c"))
    assert _wires(drawn) == [(0, 1, None), (1, 2, None), (0, 2, 0)]


def test_lanes_are_shared_where_nothing_overlaps(anatomy: Build, layer: Layer) -> None:
    drawn = anatomy(
        layer(0, "x", "a"), layer(1, "a", "b"), layer(2, "ab", "c"), layer(3, "c", "d"), layer(4, "cad", "e")
    )
    assert [wire for wire in _wires(drawn) if wire[2] is not None] == [(0, 2, 0), (2, 4, 0), (0, 4, 1)]


def test_what_is_folded_away_is_looked_through(anatomy: Build, layer: Layer) -> None:
    fold: dict[str, Any] = {"kind": "DequantizeLinear", "arithmetic": "folded"}
    shown, wires = wires_of(anatomy(layer(0, "x", "a"), layer(1, "a", "b", **fold), layer(2, "b", "c")))
    assert [each.index for each in shown] == [0, 2]
    assert wires == [Wire(start=0, end=1, lane=None)]


def test_a_circle_in_a_damaged_file_ends(anatomy: Build, layer: Layer) -> None:
    folded = {"arithmetic": "folded"}
    drawn = anatomy(layer(0, "b", "a", **folded), layer(1, "a", "b", **folded), layer(2, "b", "c"))
    assert wires_of(drawn)[1] == []
