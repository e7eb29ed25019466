"""The contact sheet: suspicious pictures side by side, since people would rather look than read."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.images import decode
from edgesmith.train.check.findings import Finding, Kind, Picture, counted

# What can be judged by looking; in the order of the findings.
_SHOWN: frozenset[Kind] = frozenset(
    {
        *("label-conflict", "leak", "near-label-conflict", "near-leak", "duplicate", "near-duplicate"),
        *("tiny", "extreme-aspect", "flat"),
    }
)

MOST_GROUPS = 60
_MOST_IN_A_GROUP = 6

# In pixels: of a tile's picture, the text above a group and below a tile, and between groups.
_TILE, _HEADING, _CAPTION, _GAP = 160, 18, 32, 14
_WIDTH = 8 * _TILE + 4 * _GAP
_INSIDE = (_TILE - 4, _TILE - 4)
_FONT_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One group on the sheet, and where: its left upper corner."""

    heading: str
    pictures: tuple[Picture, ...]
    left: int
    top: int


def require_png(file: Path) -> None:
    """Raise `OptionError` unless the name ends in `.png`. To be called before slow work begins."""
    if file.suffix.lower() != ".png":
        raise OptionError(
            f"--contact-sheet {str(file)!r} is no .png file", tip="--contact-sheet check.png, for instance"
        )


def draw_sheet(findings: Sequence[Finding], *, root: Path, file: Path) -> str:
    """Write a PNG with the first `MOST_GROUPS` groups that can be judged by eye; says how many there are."""
    groups = _groups(findings)
    blocks = list(_laid_out(groups[:MOST_GROUPS]))
    height = max((block.top for block in blocks), default=0) + _HEADING + _TILE + _CAPTION + _GAP
    sheet = Image.new("RGB", (_WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.font = ImageFont.load_default(_FONT_SIZE)
    for block in blocks:
        draw.text((block.left, block.top), block.heading, "black")
        for place, picture in enumerate(block.pictures):
            corner = (block.left + place * _TILE, block.top + _HEADING)
            sheet.paste(
                ImageOps.pad(decode(root / picture.path).convert("RGB"), _INSIDE, color="#ddd"), corner
            )
            _frame(draw, picture, corner)
    if not blocks:
        draw.text((_GAP, _GAP), "nothing suspicious to look at", "black")
    encoded = io.BytesIO()
    sheet.save(encoded, "PNG")
    write_bytes(file, encoded.getvalue())
    return f"{len(blocks)} of {counted(len(groups), 'group')}"


def _groups(findings: Sequence[Finding]) -> list[tuple[str, tuple[Picture, ...]]]:
    """Each group once, with all that was found about it as its heading; single pictures last."""
    headings: dict[tuple[Picture, ...], list[str]] = {}
    for finding in findings:
        for item in finding.items if finding.kind in _SHOWN else ():
            detail = [] if item.detail is None else [item.detail]
            known = headings.setdefault(item.pictures, [])
            known += [part for part in (finding.kind, *detail) if part not in known]
    groups = [(", ".join(parts), pictures) for pictures, parts in headings.items()]
    return sorted(groups, key=lambda group: len(group[1]) == 1)


def _laid_out(cases: Sequence[tuple[str, tuple[Picture, ...]]]) -> Iterator[_Block]:
    """Groups from left to right, in rows of equal height."""
    left = top = _GAP
    for heading, pictures in cases:
        shown = pictures[:_MOST_IN_A_GROUP]
        more = f", {len(pictures)} pictures in all" if len(shown) < len(pictures) else ""
        width = len(shown) * _TILE
        if left + width > _WIDTH:
            left, top = _GAP, top + _HEADING + _TILE + _CAPTION + _GAP
        yield _Block(heading=heading + more, pictures=shown, left=left, top=top)
        left += width + _GAP


def _frame(draw: ImageDraw.ImageDraw, picture: Picture, corner: tuple[int, int]) -> None:
    """A border, since white pictures end nowhere on a white sheet, and folder and file name below it."""
    left, top = corner
    draw.rectangle((left - 1, top - 1, left + _INSIDE[0], top + _INSIDE[1]), outline="#888")
    place, _, name = picture.path.rpartition("/")
    for line, text in enumerate((place, name)):
        draw.text((left, top + _TILE - 2 + 14 * line), _fitting(text, draw), "black")


def _fitting(text: str, draw: ImageDraw.ImageDraw) -> str:
    """`text`, its beginning left out where it is longer than a tile is wide."""
    if draw.textlength(text) <= _INSIDE[0]:
        return text
    while text and draw.textlength(f"…{text}") > _INSIDE[0]:
        text = text[1:]
    return f"…{text}"
