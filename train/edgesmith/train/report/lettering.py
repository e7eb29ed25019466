"""Labels in pictures: the fonts that have their letters, and what stands in where none has."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

# Comes with matplotlib: Latin, Greek, Cyrillic, Hebrew, Arabic, but neither Indian nor East Asian scripts.
_FIRST = "DejaVu Sans"

# Their glyphs are boxes or coloured bitmaps, which Agg does not draw.
_UNFIT = ("Last Resort", "Emoji")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """`names`: the labels as they can be drawn. `families`: the fonts to draw them with, in order of search."""

    names: tuple[str, ...]
    families: tuple[str, ...]


def letter(labels: Sequence[str], *, longest: int) -> Lettering:
    """Names of at most `longest` characters; `class 3` for a label with a letter that no installed font has."""
    families, missing = _search(frozenset("".join(labels)))
    names = tuple(
        f"class {index}" if missing & set(label) else _shortened(label, longest)
        for index, label in enumerate(labels)
    )
    return Lettering(names=names, families=families)


@contextmanager
def new_figure(lettering: Lettering, *, width: float, height: float) -> Iterator[Figure]:
    """A figure of that many inches at 100 pixels each, to be drawn and saved inside the block."""
    # A label may hold a dollar sign, between two of which matplotlib would read a formula.
    with mpl.rc_context({"font.family": list(lettering.families), "text.parse_math": False}):
        # Without pyplot, which would choose a backend for the whole process, and might want a screen.
        figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def to_png(figure: Figure, *, trim: bool = False) -> bytes:
    """The figure as a PNG file, in its full size or without the white around it."""
    image = io.BytesIO()
    figure.savefig(image, format="png", bbox_inches="tight" if trim else None, pad_inches=0.12)
    return image.getvalue()


@cache
def _search(wanted: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Font families that have the characters between them, and the characters that none has."""
    families = [_FIRST]
    missing = {character for character in wanted if not character.isspace()}
    missing -= _characters(font_manager.findfont(_FIRST))
    for font in sorted(font_manager.fontManager.ttflist, key=lambda font: (font.name, font.fname)):
        if not missing:
            break
        if any(word in font.name for word in _UNFIT):
            continue
        if found := missing & _characters(font.fname):
            families.append(font.name)
            missing -= found
    return tuple(dict.fromkeys(families)), frozenset(missing)


@cache
def _characters(file: str) -> frozenset[str]:
    return frozenset(map(chr, FT2Font(file).get_charmap()))


def _shortened(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1]}…"
