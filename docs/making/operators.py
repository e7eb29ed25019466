"""Draw docs/pictures/*.svg: what int8 costs at each operator of a network, from the numbers that `convert` measured.

    python docs/making/operators.py                          # draws again what is there
    python docs/making/operators.py NAME DEPLOY/convert.json # takes a conversion's numbers first

The numbers stand in docs/pictures/NAME.json, beside the picture. `tests/manual/test_operators.py` draws them again.
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import vl_convert

from edgesmith.benchmarks.report.charts.drawing import VEGA_LITE
from edgesmith.convert.quantization.advice import GOOD_DB

FOLDER = Path(__file__).parents[1] / "pictures"

_KEPT = ("kind", "snr_db", "alone_snr_db", "rounding_snr_db")
_TEXT = "#6f767c"  # on white and on black, at least 4 : 1: one drawing for both
_COLOURS = ["#2a7fd6", "#d9730d"]
_SERIES = {"alone_snr_db": "the operator alone", "snr_db": "with all before it"}
_SIZE = {"width": 330, "height": 200}  # reads unscaled on a telephone of 380 pixels


def numbers_of(record: dict[str, Any]) -> dict[str, Any]:
    """What a picture needs of a `convert.json`."""
    found = record["quantization"]
    operators = [
        {
            key: round(value, 2) if isinstance(value, float) else value
            for key, value in each.items()
            if key in _KEPT
        }
        for each in found["operators"]
    ]
    facts = {key: found[key] for key in ("divergence", "agreement", "images")}
    return {"source_sha256": record["source"]["sha256"], **facts, "operators": operators}


def picture(numbers: dict[str, Any]) -> str:
    """The SVG: decibels over the operators in graph order, which end before the probabilities."""
    rows = [
        {"operator": place, "dB": operator[key], "series": series}
        for place, operator in enumerate(numbers["operators"])
        for key, series in _SERIES.items()
        if operator["kind"] != "SOFTMAX"
    ]
    return str(vl_convert.vegalite_to_svg(_chart(rows), vl_version=VEGA_LITE)) + "\n"


def table(numbers: dict[str, Any]) -> list[str]:
    """Rows of Markdown: for each kind of operator how many, and the medians of what it keeps."""
    kinds = {operator["kind"] for operator in numbers["operators"]}
    rows = []
    for kind in sorted(kinds - {"SOFTMAX"}):
        found = [operator for operator in numbers["operators"] if operator["kind"] == kind]
        middle = [
            f"{median(each[key] for each in found):.1f}"
            for key in ("alone_snr_db", "rounding_snr_db", "snr_db")
        ]
        rows.append(f"| {kind} | {len(found)} | {' | '.join(middle)} |")
    return rows


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    words = {
        "labelColor": _TEXT,
        "titleColor": _TEXT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    lines = {
        "mark": {"type": "line", "point": {"size": 14}, "strokeWidth": 1.2},
        "encoding": {
            "x": {"field": "operator", "type": "quantitative", "title": "operator, in graph order"},
            "y": {
                "field": "dB",
                "type": "quantitative",
                "title": "signal to noise, dB",
                "scale": {"domain": [0, 60]},
            },
            "color": {
                "field": "series",
                "scale": {"domain": list(_SERIES.values()), "range": _COLOURS},
                "legend": {
                    "orient": "top",
                    "title": None,
                    **{key: words[key] for key in ("labelColor", "labelFontSize")},
                },
            },
        },
    }
    limit = {
        "mark": {"type": "rule", "color": _TEXT, "strokeDash": [4, 4]},
        "encoding": {"y": {"datum": GOOD_DB}},
    }
    return {
        "data": {"values": rows},
        "layer": [lines, limit],
        "background": None,
        **_SIZE,
        "config": {
            "aria": False,  # a picture is named by the text beside it; this makes it a third as large
            "font": "system-ui, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "gridColor": _TEXT,
                "gridOpacity": 0.25,
                "domainColor": _TEXT,
                "tickColor": _TEXT,
                **words,
            },
        },
    }


def main(words: list[str]) -> None:
    """Take one conversion's numbers, if named; draw every picture."""
    if words:
        name, source = words
        numbers = numbers_of(json.loads(Path(source).read_text()))
        (FOLDER / f"{name}.json").write_text(json.dumps(numbers, indent=1) + "\n")
    for path in sorted(FOLDER.glob("*.json")):
        numbers = json.loads(path.read_text())
        path.with_suffix(".svg").write_text(picture(numbers))
        sys.stdout.write("\n".join([path.stem, *table(numbers), ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
