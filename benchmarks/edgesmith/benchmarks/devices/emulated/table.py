"""Counts as text for a terminal."""

from edgesmith.benchmarks.devices.emulated.counts import CLASSES, CountsResult, Instructions
from edgesmith.cli.terminal import one_line

_HEADERS = ("file", "engine", "total", *(name.replace("_", " ") for name in CLASSES))


def terminal_table(result: CountsResult) -> str:
    """Aligned columns, millions of instructions per inference; a title that says so above."""
    lines = [_HEADERS, *((run.file, run.engine_name, *_cells(run.instructions)) for run in result.runs)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADERS))]
    title = (
        f"millions of instructions per inference, {result.board.model} ({result.board.cpu}) in QEMU "
        f"{result.emulator.version}; not a time"
    )
    words = [title, "", *(_line(line, widths) for line in lines), *_failures(result)]
    return "\n".join(map(one_line, words))


def millions(instructions: int) -> str:
    """To a thousand instructions."""
    return f"{instructions / 1e6:.3f}"


def _cells(counted: Instructions) -> tuple[str, ...]:
    return tuple(millions(value) for value in (counted.total, *(getattr(counted, name) for name in CLASSES)))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    words = [
        cell.ljust(width) if number < 2 else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(words).rstrip()


def _failures(result: CountsResult) -> list[str]:
    return [f"failed: {run.reason}" for run in result.failed]
