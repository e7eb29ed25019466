"""The processor and the memory: what they are good for."""

from collections.abc import Iterator
from pathlib import Path

from edgesmith.runtime import cpu
from edgesmith.runtime.doctor.finding import Finding
from edgesmith.runtime.engines.choose import MAX_DEFAULT_THREADS
from edgesmith.runtime.machine.environment import Environment, memory_bytes

# The kernel's words for what speeds up int8 and float16 inference, with what they mean. ARM: Linux,
# Documentation/arch/arm64/elf_hwcaps.rst. x86: arch/x86/include/asm/cpufeatures.h.
_USEFUL = {
    "asimddp": "int8 dot product",
    "i8mm": "int8 matrix product",
    "asimdhp": "float16 arithmetic",
    "avx2": "AVX2",
    "avx512_vnni": "int8 dot product (AVX-512 VNNI)",
    "avx_vnni": "int8 dot product (AVX-VNNI)",
    "amx_int8": "int8 matrix product (AMX)",
    "avx512_fp16": "float16 arithmetic (AVX-512)",
}
_INT8_DOT = frozenset({"asimddp", "i8mm", "avx512_vnni", "avx_vnni", "amx_int8"})

# An engine with a small network has about 120 MB (EfficientNet-Lite0, measured); below this, others suffer.
_LITTLE_MEMORY = 300 * 1024 * 1024


def examine_processor(found: Environment) -> Iterator[Finding]:
    """Model, features and cores."""
    board = f", {found.board}" if found.board else ""
    yield Finding(topic="CPU", status="ok", what=f"{found.cpu_model} ({found.architecture}){board}")
    yield _features(frozenset(found.cpu_features), x86=cpu.is_x86(found.architecture))
    yield Finding(
        topic="cores",
        status="ok",
        what=f"{found.cores} usable; {min(found.cores, MAX_DEFAULT_THREADS)} threads are the default",
    )


def _features(words: frozenset[str], *, x86: bool) -> Finding:
    if not words:
        return Finding(topic="features", status="note", what="the system does not tell the CPU's features")
    useful = [meaning for word, meaning in _USEFUL.items() if word in words]
    shown = ", ".join(useful) or "none that speed up inference"
    if words & _INT8_DOT:
        return Finding(topic="features", status="ok", what=shown)
    return Finding(
        topic="features",
        status="note",
        what=f"{shown}; no int8 dot product",
        advice="int8 files may be no faster than float32 ones here: `edgesmith bench` tells"
        + ("; ONNX Runtime takes a slower exact product for them" if x86 else ""),
    )


def examine_memory(root: Path = Path("/")) -> Iterator[Finding]:
    """Memory, all and free."""
    total, free = memory_bytes("MemTotal", root), memory_bytes("MemAvailable", root)
    if total is None or free is None:
        yield Finding(topic="memory", status="note", what="the system does not tell how much there is")
        return
    little = free < _LITTLE_MEMORY
    yield Finding(
        topic="memory",
        status="problem" if little else "ok",
        what=f"{free / 2**20:,.0f} MiB of {total / 2**20:,.0f} MiB available",
        advice="stop other programs, or use a system without a desktop" if little else None,
    )
