"""How figures look, and how they become SVG that lives inside an HTML page in light and in dark."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edgesmith.runtime.spec import Precision

WIDTH = 5.0  # inches: 480 CSS pixels, so that text shrinks little on a telephone

# matplotlib draws with stand-in colours; in the SVG they become CSS, which knows light from dark.
INK, FAINT = "#010101", "#020202"
PRECISION_COLOURS: dict[Precision, str] = {
    "float32": "#030001",
    "float16": "#030002",
    "dynamic": "#030003",
    "int8": "#030004",
    "int16x8": "#030005",
    "mixed": "#030006",
}
PHASE_COLOURS = {
    "decode": "#040001",
    "preprocess": "#040002",
    "invoke": "#040003",
    "postprocess": "#040004",
}
_CSS = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    **{colour: f"var(--{name})" for name, colour in PRECISION_COLOURS.items()},
    **{colour: f"var(--{name})" for name, colour in PHASE_COLOURS.items()},
}

_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # ships with matplotlib; wider than the page's font, so nothing collides
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a class or a file may have a dollar in its name
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "edgesmith",
}


@contextmanager
def new_figure(*, height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of `WIDTH` × `height` inches in the report's style, without pyplot's global state."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure, figure.subplots()


def to_svg(figure: Figure, *, name: str, title: str) -> str:
    """The figure as an `<svg>` element for inclusion in HTML.

    `name` prefixes all ids, which must differ between figures of a page; `title` is its text alternative.
    Equal figures give equal text: no date, and ids from a fixed salt. To be called inside `new_figure`.
    """
    stream = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(stream, format="svg", metadata=nothing, transparent=True)
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]  # without XML prolog and DTD
    svg = re.sub(r'\s(xmlns(:xlink)?|version)="[^"]*"', "", svg, count=3)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    # The page sets the size and the font's family; sizes stay, in user units of the viewBox.
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    for colour, css in _CSS.items():
        svg = svg.replace(colour, css)
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1).strip()


def use_plain_log_ticks(axes: Axes) -> None:
    """A logarithmic x axis with ticks at round numbers, written without powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    narrow = high < 12 * low  # about a decade: 1, 2, 5 alone would leave two ticks
    subs = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0) if narrow else (1.0, 2.0, 5.0)
    axes.xaxis.set_major_locator(LogLocator(subs=subs))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
