"""Markdown tables."""

from collections.abc import Iterator, Sequence

NOTHING = "–"


def table(headers: Sequence[str], rows: Sequence[tuple[str, ...]], *, text_columns: int) -> Iterator[str]:
    """`text_columns` on the left, numbers to their right."""
    yield f"| {' | '.join(headers)} |"
    yield "|" + "---|" * text_columns + "---:|" * (len(headers) - text_columns)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def cell(text: str) -> str:
    """Text of others, on one line and without a column's end."""
    return " ".join(text.split()).replace("|", "\\|")
