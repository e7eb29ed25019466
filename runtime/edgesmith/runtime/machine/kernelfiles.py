"""Reading the small text files of /proc and /sys, any of which may be absent."""

from pathlib import Path


def read_text(file: Path) -> str | None:
    """The file's text without the NULs and spaces around it; None when it is absent, unreadable or empty."""
    try:
        return file.read_text(errors="replace").strip("\0\n ") or None
    except OSError:
        return None


def read_number(file: Path) -> float | None:
    """The number in a file; None when it is absent, unreadable or no number."""
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None


def read_fields(file: Path) -> dict[str, str]:
    """`key : value` lines, as in cpuinfo and meminfo; the first of each key."""
    fields: dict[str, str] = {}
    for line in (read_text(file) or "").splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    return fields
