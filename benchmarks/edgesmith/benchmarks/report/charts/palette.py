"""Colours: Okabe and Ito's palette, told apart by colour-blind readers; lighter in the dark."""

from dataclasses import dataclass

_PRECISIONS = ("float32", "float16", "dynamic", "int8", "int16x8", "mixed")
_PHASES = ("decode", "preprocess", "invoke", "postprocess")
_PARTS = tuple(f"part{number}" for number in range(8))

# Text has a contrast of at least 4.5 on card and page (WCAG 2, success criterion 1.4.3).
LIGHT = {
    "page": "#f6f7f8", "card": "#ffffff", "ink": "#1c2024", "soft": "#56606b", "line": "#e0e4e8",
    "accent": "#00699e", "alarm": "#9c3600", "alarm-card": "#fff4ec", "heat": "0 105 158",
    "float32": "#0072b2", "float16": "#009e73", "dynamic": "#cc79a7", "int8": "#d55e00", "int16x8": "#b8860b",
    "mixed": "#7a7a7a",
    "decode": "#8da0b6", "preprocess": "#56b4e9", "invoke": "#d55e00", "postprocess": "#009e73",
    "part0": "#c3cad3", "part1": "#56b4e9", "part2": "#d55e00", "part3": "#009e73", "part4": "#0072b2",
    "part5": "#e69f00", "part6": "#cc79a7", "part7": "#8a8f96",
}  # fmt: skip
DARK = {
    "page": "#121518", "card": "#1b1f23", "ink": "#e8eaed", "soft": "#a8b1bc", "line": "#343b43",
    "accent": "#6cc0ee", "alarm": "#ffb27d", "alarm-card": "#33241a", "heat": "86 180 233",
    "float32": "#56b4e9", "float16": "#2fc79b", "dynamic": "#e29bc2", "int8": "#f08a3c", "int16x8": "#e6c84b",
    "mixed": "#b0b0b0",
    "decode": "#7d8ea3", "preprocess": "#56b4e9", "invoke": "#f08a3c", "postprocess": "#2fc79b",
    "part0": "#59636e", "part1": "#56b4e9", "part2": "#f08a3c", "part3": "#2fc79b", "part4": "#3d8fd1",
    "part5": "#e6b93b", "part6": "#e29bc2", "part7": "#8f979f",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """CSS colours. `precisions`, `phases`: by name. `parts`: of anything else that is stacked."""

    ink: str
    soft: str
    line: str
    alarm: str
    background: str
    precisions: dict[str, str]
    phases: dict[str, str]
    parts: tuple[str, ...]


def _palette(colours: dict[str, str], *, background: str) -> Palette:
    return Palette(
        ink=colours["ink"],
        soft=colours["soft"],
        line=colours["line"],
        alarm=colours["alarm"],
        background=background,
        precisions={name: colours[name] for name in _PRECISIONS},
        phases={name: colours[name] for name in _PHASES},
        parts=tuple(colours[name] for name in _PARTS),
    )


PAGE = _palette({name: f"var(--{name})" for name in LIGHT}, background="transparent")
"""For SVG inside the page, whose style sheet knows light from dark."""

PAPER = _palette(LIGHT, background=LIGHT["card"])
"""For pictures that stand by themselves."""
