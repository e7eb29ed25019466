"""The graph as SVG: one box for each operator that runs, in one column, in the order of execution.

A classifier is a chain with a few branches that meet again. So no layout engine is needed: an operator that
reads the one above it is joined to it by a straight line, and what reaches further down runs beside the column,
each such tensor in a lane of its own.
"""

from xml.etree import ElementTree

from edgesmith.convert.anatomy.drawing_text import box_text, headline, legible
from edgesmith.convert.anatomy.wiring import Wire, wires_of
from edgesmith.runtime.anatomy import Anatomy, OperatorSummary

_MARGIN = 24
_BOX_WIDTH, _BOX_HEIGHT, _GAP = 560, 48, 18
_HEAD_HEIGHT = 116
_LANE = 14  # between the tensors beside the column

# Colours that stand out from white and from near black alike are few; so there are two sets, and the type is
# written in every box as well.
_STYLE = """
svg { color-scheme: light dark; font-family: system-ui, sans-serif; }
.page { fill: #ffffff; } .box { fill: #f6f7f9; stroke: #d5dae1; }
text { fill: #1c2330; font-size: 12px; } .title { font-size: 17px; font-weight: 600; }
.kind { font-size: 14px; font-weight: 600; } .minor { fill: #5a6473; } .number { font-variant-numeric: tabular-nums; }
.wire { fill: none; stroke: #8d97a5; stroke-width: 1.5; } .tip { fill: #8d97a5; } .work { opacity: .55; }
.int8 { fill: #0b8a61; } .int16 { fill: #2f6fde; } .float { fill: #d9620f; }
.conversion, .index { fill: #98a2b0; }
@media (prefers-color-scheme: dark) {
  .page { fill: #14181f; } .box { fill: #1d232d; stroke: #343d4b; }
  text { fill: #e8ecf2; } .minor { fill: #a3adbb; }
  .wire { stroke: #727d8d; } .tip { fill: #727d8d; }
  .int8 { fill: #35c796; } .int16 { fill: #6ea3ff; } .float { fill: #ff9a4d; } .conversion, .index { fill: #6b7686; }
}
"""


def draw_graph(anatomy: Anatomy, *, title: str) -> str:
    """An SVG document of what runs; operators that the engine folds away and stored weights have no boxes."""
    shown, wires = wires_of(anatomy)
    lanes = 1 + max((wire.lane for wire in wires if wire.lane is not None), default=-1)
    width = 2 * _MARGIN + _BOX_WIDTH + (lanes + 1) * _LANE
    height = _top(len(shown)) - _GAP + _MARGIN
    svg = ElementTree.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "role": "img"},
        width=str(width),
        height=str(height),
    )
    _add(svg, "title", text=legible(title))
    _add(svg, "desc", text=f"{len(shown)} operators in the order of execution. {' '.join(headline(anatomy))}")
    _add(svg, "style", text=_STYLE)
    _add(svg, "rect", {"class": "page", "width": str(width), "height": str(height)})
    _draw_head(svg, anatomy, title)
    for wire in wires:
        _draw_wire(svg, wire)
    most = max((layer.macs or 0 for layer in shown), default=0)
    for row, layer in enumerate(shown):
        _draw_box(svg, row, layer, most_macs=most)
    ElementTree.indent(svg)
    return ElementTree.tostring(svg, encoding="unicode", xml_declaration=False) + "\n"


def _top(row: int) -> int:
    return _HEAD_HEIGHT + row * (_BOX_HEIGHT + _GAP)


def _add(
    parent: ElementTree.Element, tag: str, attributes: dict[str, str] | None = None, *, text: str = ""
) -> None:
    ElementTree.SubElement(parent, tag, attributes or {}).text = text or None


def _write(
    parent: ElementTree.Element, x: float, y: float, text: str, *, kind: str, right: bool = False
) -> None:
    attributes = {"x": str(x), "y": str(y), "class": kind}
    if right:
        attributes["text-anchor"] = "end"
    _add(parent, "text", attributes, text=text)


def _draw_head(svg: ElementTree.Element, anatomy: Anatomy, title: str) -> None:
    _write(svg, _MARGIN, 34, legible(title), kind="title")
    for line, text in enumerate(headline(anatomy)):
        _write(svg, _MARGIN, 56 + 18 * line, text, kind="minor")
    x = _MARGIN + _BOX_WIDTH
    for kind in ("float", "conversion", "int16", "int8"):
        if any(layer.arithmetic == kind for layer in anatomy.layers):
            _write(svg, x, 34, kind, kind="minor", right=True)
            x -= 7 * len(kind) + 12
            _add(
                svg,
                "rect",
                {"class": kind, "x": str(x - 4), "y": "25", "width": "9", "height": "9", "rx": "2"},
            )
            x -= 20


def _draw_box(svg: ElementTree.Element, row: int, layer: OperatorSummary, *, most_macs: int) -> None:
    group = ElementTree.SubElement(svg, "g")
    text = box_text(layer)
    _add(group, "title", text=text.full)
    x, y = _MARGIN, _top(row)
    place = {"x": str(x), "y": str(y), "height": str(_BOX_HEIGHT), "rx": "5"}
    _add(group, "rect", {**place, "class": "box", "width": str(_BOX_WIDTH)})
    _add(group, "rect", {**place, "class": layer.arithmetic, "width": "6", "rx": "2"})
    right = x + _BOX_WIDTH - 12
    _write(group, x + 18, y + 20, text.kind, kind="kind")
    _write(group, right, y + 20, text.output, kind="number", right=True)
    _write(group, x + 18, y + 38, text.work, kind="minor number")
    _write(group, right, y + 38, text.codes, kind="minor number", right=True)
    if layer.macs and most_macs:
        length = round((_BOX_WIDTH - 12) * layer.macs / most_macs, 1)
        bar = {"x": str(x + 6), "y": str(y + _BOX_HEIGHT - 4), "width": str(length), "height": "3"}
        _add(group, "rect", {**bar, "class": f"{layer.arithmetic} work"})


def _draw_wire(svg: ElementTree.Element, wire: Wire) -> None:
    if wire.lane is None:
        x, start, end = _MARGIN + _BOX_WIDTH // 2, _top(wire.start) + _BOX_HEIGHT, _top(wire.end)
        path, tip = f"M{x} {start}V{end - 5}", f"M{x - 4} {end - 7}H{x + 4}L{x} {end}Z"
    else:
        edge = _MARGIN + _BOX_WIDTH
        x, start, end = edge + (wire.lane + 1) * _LANE, _top(wire.start) + 34, _top(wire.end) + 14
        path = (
            f"M{edge} {start}H{x - 6}Q{x} {start} {x} {start + 6}"
            f"V{end - 6}Q{x} {end} {x - 6} {end}H{edge + 5}"
        )
        tip = f"M{edge + 7} {end - 4}V{end + 4}L{edge} {end}Z"
    _add(svg, "path", {"class": "wire", "d": path})
    _add(svg, "path", {"class": "tip", "d": tip})
