"""How much memory this process has needed."""

import resource
import sys
from pathlib import Path


def peak_rss_bytes(status: Path = Path("/proc/self/status")) -> int:
    """The largest resident set since this program started, bytes.

    On Linux from `VmHWM`, since `ru_maxrss` survives exec: in a child of a large process it tells the
    parent's size (fs/exec.c keeps the old memory map's high-water mark; bites with fork and vfork alike).
    Elsewhere `ru_maxrss`, which macOS gives in bytes, other systems in kilobytes.
    """
    if status.is_file():
        for line in status.read_text().splitlines():
            key, _, value = line.partition(":")
            if key == "VmHWM":
                return int(value.split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
