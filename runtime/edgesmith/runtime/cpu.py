"""What this processor can do, as far as it decides how an engine must be set up."""

import os
import platform
from pathlib import Path

# Either of these x86 features makes int8 × uint8 products exact in ONNX Runtime; without them VPMADDUBSW
# saturates at 16 bits (onnxruntime docs, "Quantize ONNX models", section on x86-64).
_VNNI = {"avx512_vnni", "avx_vnni"}


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def features(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The kernel's feature words of the first core: `flags` on x86, `Features` on ARM. Empty elsewhere."""
    if not cpuinfo.is_file():
        return frozenset()
    for line in cpuinfo.read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return frozenset()


def is_x86(machine: str | None = None) -> bool:
    """Whether this is an x86 processor; `machine` as `platform.machine()` says it."""
    return (machine or platform.machine()).lower() in ("x86_64", "amd64", "i686")


def saturates_int8(machine: str | None = None, words: frozenset[str] | None = None) -> bool:
    """Whether ONNX Runtime's int8 products saturate here: x86 without VNNI."""
    return is_x86(machine) and not _VNNI & (features() if words is None else words)
