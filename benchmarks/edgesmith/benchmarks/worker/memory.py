"""How much memory this process has needed."""

import resource
import sys
from pathlib import Path

from edgesmith.runtime.machine.kernelfiles import read_fields


def peak_rss_bytes(status: Path = Path("/proc/self/status")) -> int:
    """The largest resident set since this program started, bytes.

    On Linux from `VmHWM`, since `ru_maxrss` survives exec: in a child of a large process it tells the
    parent's size (fs/exec.c keeps the old memory map's high-water mark; bites with fork and vfork alike).
    Elsewhere `ru_maxrss`, which macOS gives in bytes, other systems in kilobytes.
    """
    told = _told("VmHWM", status)
    if told is not None:
        return told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def rss_bytes(status: Path = Path("/proc/self/status")) -> int | None:
    """The resident set now, bytes (proc(5), `VmRSS`); None where there is no /proc."""
    return _told("VmRSS", status)


def _told(name: str, status: Path) -> int | None:
    words = read_fields(status).get(name, "").split()
    return int(words[0]) * 1024 if words else None
