"""Raspberry Pis as programs see them: the QEMU processor, and the files of /proc and /sys that name it.

XNNPACK and ONNX Runtime choose their kernels by these files, and crash on those of an x86 host. So the board
and QEMU's processor must be one and the same; `Board.cpu` is never QEMU's `max`, whose SME emulation in 7.2
gives silently wrong int8 results.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

CORES = 4
_ARM = 0x41  # implementer "Arm Limited", MIDR_EL1 bits 31:24 (Arm Architecture Reference Manual)
_BASE = "fp asimd evtstrm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """One level as /sys shows it; `size` with its unit, `shared` by all cores or a core's own."""

    level: int
    kind: str
    size: str
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One model of Raspberry Pi.

    `cpu` is the name for `qemu -cpu`. `part`, `variant` and `revision` are the fields of its MIDR register,
    `features` the kernel's words for it, as /proc/cpuinfo of that board shows them; `hardware` is the board's
    own revision code. `kilohertz`: its highest frequency.
    """

    name: str
    model: str
    hardware: str
    cpu: str
    part: int
    variant: int
    revision: int
    features: str
    kilohertz: int
    caches: tuple[Cache, ...]
    architecture: int = 8

    @property
    def midr(self) -> int:
        """The processor's main identification register."""
        return _ARM << 24 | self.variant << 20 | 0xF << 16 | self.part << 4 | self.revision


def caches(data: str, code: str, second: str, *, shared: bool, third: str | None = None) -> tuple[Cache, ...]:
    """Level 1 for `data` and `code`, level 2, which the cores share or have each, and level 3 where there is one."""
    levels = (
        Cache(level=1, kind="Data", size=data),
        Cache(level=1, kind="Instruction", size=code),
        Cache(level=2, kind="Unified", size=second, shared=shared),
    )
    return levels if third is None else (*levels, Cache(level=3, kind="Unified", size=third, shared=True))


BOARDS = {
    board.name: board
    for board in (
        Board(
            name="pi3",
            model="Raspberry Pi 3 Model B Rev 1.2",
            hardware="a02082",
            cpu="cortex-a53",
            part=0xD03,
            variant=0,
            revision=4,
            features=f"{_BASE} crc32 cpuid",
            kilohertz=1_200_000,
            caches=caches("32K", "32K", "512K", shared=True),
        ),
        Board(
            name="pi4",
            model="Raspberry Pi 4 Model B Rev 1.4",
            hardware="c03114",
            cpu="cortex-a72",
            part=0xD08,
            variant=0,
            revision=3,
            features=f"{_BASE} crc32 cpuid",
            kilohertz=1_800_000,
            caches=caches("32K", "48K", "1024K", shared=True),
        ),
        Board(
            name="pi5",
            model="Raspberry Pi 5 Model B Rev 1.0",
            hardware="d04170",
            cpu="cortex-a76",
            part=0xD0B,
            variant=4,
            revision=1,
            features=f"{_BASE} aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp",
            kilohertz=2_400_000,
            caches=caches("64K", "64K", "512K", shared=False, third="2048K"),
        ),
    )
}


def write_files(board: Board, prefix: Path) -> None:
    """Write the board's /proc and /sys below `prefix`, where `qemu -L prefix` prefers them to the host's."""
    for folder in ("proc", "sys"):
        shutil.rmtree(prefix / folder, ignore_errors=True)
    files = {
        "proc/cpuinfo": _cpuinfo(board),
        "proc/device-tree/model": f"{board.model}\0",
        "sys/firmware/devicetree/base/model": f"{board.model}\0",
        **{f"sys/devices/system/cpu/{name}": text for name, text in _processors(board).items()},
    }
    for name, text in files.items():
        file = prefix / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _cpuinfo(board: Board) -> str:
    cores = [
        f"processor\t: {core}\nBogoMIPS\t: 108.00\nFeatures\t: {board.features}\n"
        f"CPU implementer\t: {_ARM:#x}\nCPU architecture: {board.architecture}\nCPU variant\t: {board.variant:#x}\n"
        f"CPU part\t: {board.part:#x}\nCPU revision\t: {board.revision}\n\n"
        for core in range(CORES)
    ]
    return f"{''.join(cores)}Revision\t: {board.hardware}\nSerial\t\t: 1000000000000000\nModel\t\t: {board.model}\n"


def _processors(board: Board) -> dict[str, str]:
    """The files of /sys/devices/system/cpu, by their name in it."""
    everyone = f"0-{CORES - 1}\n"
    files = {"possible": everyone, "present": everyone, "online": everyone, "kernel_max": "255\n"}
    for core in range(CORES):
        values = {
            "online": "1",
            "regs/identification/midr_el1": f"{board.midr:#018x}",
            "cpufreq/cpuinfo_min_freq": "600000",
            "cpufreq/cpuinfo_max_freq": str(board.kilohertz),
            "cpufreq/scaling_max_freq": str(board.kilohertz),
            **{f"topology/{name}": value for name, value in _topology(core).items()},
        }
        for number, cache in enumerate(board.caches):
            values |= {f"cache/index{number}/{name}": value for name, value in _cache(cache, core).items()}
        files |= {f"cpu{core}/{name}": f"{value}\n" for name, value in values.items()}
    return files


def _topology(core: int) -> dict[str, str]:
    everyone = {"": f"{(1 << CORES) - 1:x}", "_list": f"0-{CORES - 1}"}
    alone = {"": f"{1 << core:x}", "_list": str(core)}
    masks = {"cluster_cpus": everyone, "core_siblings": everyone, "package_cpus": everyone}
    masks |= {"core_cpus": alone, "thread_siblings": alone}
    numbers = {"cluster_id": "0", "physical_package_id": "0", "core_id": str(core)}
    return numbers | {f"{name}{end}": mask for name, both in masks.items() for end, mask in both.items()}


def _cache(cache: Cache, core: int) -> dict[str, str]:
    return {
        "level": str(cache.level),
        "type": cache.kind,
        "size": cache.size,
        "coherency_line_size": "64",
        "ways_of_associativity": "4" if cache.level == 1 else "16",
        "shared_cpu_list": f"0-{CORES - 1}" if cache.shared else str(core),
        "shared_cpu_map": f"{(1 << CORES) - 1:x}" if cache.shared else f"{1 << core:x}",
    }
