"""Draw docs/pictures/chain.svg: from photos to a device, and to a report.

    python docs/making/chain.py

`tests/manual/test_chain.py` draws it again.
"""

from pathlib import Path

FILE = Path(__file__).parents[1] / "pictures" / "chain.svg"

_SIZE = (360, 152)  # reads unscaled on a telephone of 380 pixels
_BOX = (100, 40)
_GREY, _BLUE = "#6f767c", "#2a7fd6"  # on white and on black, at least 4 : 1: one drawing for both

# Text, its second line, and the middle of the box.
_BOXES = {
    "photos": ("photos", "a folder a class", (52, 38)),
    "run": ("RUN", "a Keras model", (180, 38)),
    "files": ("files", ".tflite and .onnx", (308, 38)),
    "device": ("device", "predict, verify", (308, 130)),
    "report": ("report", "bench.json", (180, 130)),
}
# From, to, the command.
_ARROWS = [
    ("photos", "run", "train"),
    ("run", "files", "convert"),
    ("files", "device", "bundle"),
    ("device", "report", "bench"),
]


def drawing() -> str:
    """The SVG."""
    width, height = _SIZE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" text-anchor="middle">',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0,0 8,4 0,8z" fill="{_GREY}"/></marker></defs>',
        *(_arrow(start, end, command) for start, end, command in _ARROWS),
        *(_box(*box) for box in _BOXES.values()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(name: str, words: str, middle: tuple[int, int]) -> str:
    (x, y), (width, height) = middle, _BOX
    return (
        f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="6" '
        f'fill="none" stroke="{_BLUE}" stroke-width="1.5"/>'
        f'<text x="{x}" y="{y - 3}" font-size="14" font-weight="600" fill="{_BLUE}">{name}</text>'
        f'<text x="{x}" y="{y + 13}" font-size="11" fill="{_GREY}">{words}</text>'
    )


def _arrow(start: str, end: str, command: str) -> str:
    """Between two boxes of one row, from edge to edge, or downwards between two of one column."""
    (x1, y1), (x2, y2) = _BOXES[start][2], _BOXES[end][2]
    if y1 == y2:
        side = _BOX[0] // 2 * (1 if x2 > x1 else -1)
        x1, x2 = x1 + side, x2 - side
        label_x, label_y = (x1 + x2) // 2, y1 - 26
    else:
        y1, y2 = y1 + _BOX[1] // 2, y2 - _BOX[1] // 2
        label_x, label_y = x1 - 26, (y1 + y2) // 2 + 4
    return (
        f'<path d="M{x1},{y1} {x2},{y2}" stroke="{_GREY}" stroke-width="1.5" marker-end="url(#head)"/>'
        f'<text x="{label_x}" y="{label_y}" font-size="12" fill="{_GREY}">{command}</text>'
    )


if __name__ == "__main__":
    FILE.write_text(drawing(), encoding="utf-8")
