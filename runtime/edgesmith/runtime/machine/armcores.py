"""Names of ARM's own cores, which the kernel gives as numbers only."""

# By "CPU part" where "CPU implementer" is 0x41, Arm Limited (Linux, arch/arm64/include/asm/cputype.h; the
# 32-bit ones: arch/arm/include/asm/cputype.h). The Raspberry Pi's: Zero and 1 ARM1176, 2 Cortex-A7 or A53,
# 3 and Zero 2 Cortex-A53, 4 Cortex-A72, 5 Cortex-A76.
_ARM_LIMITED = "0x41"
_CORES = {
    "0xb76": "ARM1176",
    "0xc07": "Cortex-A7",
    "0xc08": "Cortex-A8",
    "0xc09": "Cortex-A9",
    "0xc0f": "Cortex-A15",
    "0xd03": "Cortex-A53",
    "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd09": "Cortex-A73",
    "0xd0a": "Cortex-A75",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd41": "Cortex-A78",
    "0xd44": "Cortex-X1",
}


def core_name(implementer: str, part: str) -> str:
    """The core's name; the two numbers where it is unknown. Both as /proc/cpuinfo writes them, `0xd08`."""
    if implementer == _ARM_LIMITED and part in _CORES:
        return _CORES[part]
    return f"ARM implementer {implementer} part {part}"
