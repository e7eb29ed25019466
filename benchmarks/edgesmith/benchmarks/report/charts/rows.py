"""One row a run: its name above, what is drawn of it beneath. Long names need no margin, also on a telephone."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgesmith.benchmarks.report.charts.chart import DESCRIPTION, Datum, Frame, Spec, framed, key, layer

ROW = 38  # CSS pixels
_BASELINE = 0.36  # of the words, in rows from the top
TOP, BOTTOM = 0.46, 0.86  # of what is drawn

Y: Spec = {"field": "y", "type": "quantitative", "axis": None}
Y2: Spec = {"field": "y2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The words of a row: `name` on the left, `value` on the right. `series`: the run's index, where it is of one."""

    name: str
    value: str
    series: int | None


def rows_spec(frame: Frame, layers: list[Spec], *, rows: Sequence[Row]) -> Spec:
    """Layers whose `y` is in rows from the top, under the words of each row."""
    y = {**Y, "scale": {"domain": [0, len(rows)], "reverse": True, "nice": False, "zero": False}}
    for one in layers:
        one["encoding"]["y"] = y
    room = frame.width - 8
    places = {"left": (0.6 * room, frame.palette.ink), "right": (0.4 * room, frame.palette.soft)}
    for side, (limit, colour) in places.items():
        words = [row.name if side == "left" else row.value for row in rows]
        layers.append(
            layer(
                "text",
                [
                    {"y": index + _BASELINE, "text": text, "key": key(row.series, text)}
                    for index, (row, text) in enumerate(zip(rows, words, strict=True))
                ],
                encoding={
                    "x": {"value": 0 if side == "left" else "width"},
                    "y": y,
                    "text": {"field": "text"},
                    "description": DESCRIPTION,
                },
                align=side,
                baseline="bottom",
                color=colour,
                fontSize=11,
                limit=limit,
            )
        )
    return framed(frame, height=ROW * len(rows), layers=layers)


def stacked(
    parts: Sequence[Sequence[tuple[str, float, str]]], series: Sequence[int] | None = None
) -> list[Datum]:
    """Rectangles from 0 on, one beside the other: for each row its parts' names, lengths and tips.

    `series`: the run's index of each row; the row's own unless given.
    """
    data: list[Datum] = []
    for row, lengths in enumerate(parts):
        run = row if series is None else series[row]
        end = 0.0
        for name, length, tip in lengths:
            begin, end = end, end + length
            data.append(
                {
                    "x": begin,
                    "x2": end,
                    "y": row + TOP,
                    "y2": row + BOTTOM,
                    "part": name,
                    "key": key(run, tip),
                }
            )
    return data


def bars(data: list[Datum], *, title: str, colours: dict[str, str]) -> Spec:
    """The layer of `stacked`; `colours` by part, in the order of the legend."""
    return layer(
        "rect",
        data,
        encoding={
            "x": {"field": "x", "type": "quantitative", "title": title, "axis": {"tickCount": 5}},
            "x2": {"field": "x2"},
            "y": Y,
            "y2": Y2,
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": list(colours), "range": list(colours.values())},
            },
            "description": DESCRIPTION,
        },
    )
