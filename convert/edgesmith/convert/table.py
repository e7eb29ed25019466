"""What `edgesmith convert` prints."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from edgesmith.convert.record import LADDER_HEADERS, ConversionRecord, ladder_row

_FILES = ("file", "KiB", "int8", "top-1", "agreement", "max diff", "identical")  # short, for 80 columns


def table_lines(record: ConversionRecord, output: Path) -> Iterator[str]:
    """The files, the guard's ladder if there was one, and where to read on."""
    yield from _columns([_FILES, *record.rows()])
    yield ""
    if record.guard is not None:
        yield from _columns([LADDER_HEADERS, *(ladder_row(attempt) for attempt in record.guard.attempts)])
        yield ""
    yield f"{output}: {len(record.files)} files in {record.seconds:.1f} s; see convert.html"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
