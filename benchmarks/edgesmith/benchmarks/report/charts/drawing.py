"""From specifications to SVG that lives inside a page, and to PNG. The library runs Vega in a V8 of its own."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import vl_convert
from markupsafe import Markup

from edgesmith.benchmarks.report.charts.chart import Chart, Frame
from edgesmith.benchmarks.report.charts.palette import PAGE, PAPER

VEGA_LITE = "6.4"  # the version of the language that the specifications are written in

WIDE = Frame(width=500, palette=PAGE)
NARROW = Frame(width=326, palette=PAGE)  # a telephone of 380 pixels, less the margins of page and card
PICTURE = Frame(width=640, palette=PAPER)
_PICTURE_SCALE = 2  # device pixels for a CSS pixel

_KEY = re.compile(r"(\d*)\|(.*)", re.DOTALL)  # what `chart.key` writes

# The page gives the text alternative, the font and the size; Vega's own words would be read twice.
_DROPPED = re.compile(r"role|aria-.*|font-family|class|version|width|height|.*}.*")
# A file may have any control character in its name, XML may not (XML 1.0, production 2): vl-convert 1.9 ends the
# whole process over one.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = "M0,0h0v0h0Z"


def svg_for_page(chart: Chart) -> dict[str, Markup]:
    """The chart for wide and for narrow screens; the page shows one of them."""
    return {
        name: Markup(to_svg(chart, frame, suffix=name))  # noqa: S704 - the library escapes texts
        for name, frame in (("wide", WIDE), ("narrow", NARROW))
    }


def to_svg(chart: Chart, frame: Frame, *, suffix: str) -> str:
    """The chart as an `<svg>` element for inclusion in HTML.

    Marks have `data-tip` and, where they belong to a run, `data-series` with its index. `suffix` tells the
    drawings of one chart apart: ids are unique in a page. The same chart gives the same text.
    """
    drawn = vl_convert.vegalite_to_svg(_drawable(chart.spec(frame)), vl_version=VEGA_LITE)
    root = fromstring(drawn)  # noqa: S314 - written by the library a line before
    found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    # Vega numbers on from one drawing to the next.
    _clean(root, ids={name: f"{chart.name}-{suffix}-{place}" for place, name in enumerate(found)})
    root.set("role", "img")
    root.set("aria-label", chart.summary)
    return tostring(root, encoding="unicode")


def to_png(chart: Chart) -> bytes:
    """The chart as a picture that stands by itself, on white."""
    return bytes(
        vl_convert.vegalite_to_png(_drawable(chart.spec(PICTURE)), vl_version=VEGA_LITE, scale=_PICTURE_SCALE)
    )


def _drawable(value: Any) -> Any:
    """`value` with nothing in its texts that XML cannot hold."""
    if isinstance(value, str):
        return _NO_XML.sub("", value)
    if isinstance(value, dict):
        return {name: _drawable(item) for name, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, list) else value


def _clean(element: Element, *, ids: dict[str, str]) -> None:
    element.tag = element.tag.rpartition("}")[2]
    found = _KEY.fullmatch(element.get("aria-label", ""))
    for name in [name for name in element.attrib if _DROPPED.fullmatch(name) and not _sizes(element, name)]:
        del element.attrib[name]
    if found is not None:
        element.set("data-tip", found[2])
        if found[1]:
            element.set("data-series", found[1])
    if "id" in element.attrib:
        element.set("id", ids[element.attrib["id"]])
    if "clip-path" in element.attrib:
        name = element.attrib["clip-path"].removeprefix("url(#").removesuffix(")")
        element.set("clip-path", f"url(#{ids[name]})")
    for child in list(element):
        if child.get("display") == "none" or child.get("d") == _EMPTY:
            element.remove(child)
        else:
            _clean(child, ids=ids)


def _sizes(element: Element, name: str) -> bool:
    # A clip path's rectangle needs what the drawing itself gets from the page.
    return element.tag == "rect" and name in {"width", "height"}
