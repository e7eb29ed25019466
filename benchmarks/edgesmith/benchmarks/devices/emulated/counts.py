"""How many instructions an inference takes: `counts.json`, version `edgesmith.counts/1`.

A document of its own, since `bench.json` is about times and memory of a machine that is there. Nothing here is a time.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from typing import Any, Literal

from edgesmith.benchmarks.document import document_text, load_document
from edgesmith.benchmarks.results import DataFacts, FailedRun, FileRun
from edgesmith.runtime.atomic import write_bytes

COUNTS_SCHEMA: Literal["edgesmith.counts/1"] = "edgesmith.counts/1"
COUNTS_FILE = "counts.json"

# What two counts of the same file may differ by, as a share: memory that lies elsewhere takes another path or two.
REPEATABLE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """Executed AArch64 instructions by class, in the order of `instruction_class.h`.

    `branch`: system instructions and barriers too. `simd_float`: SIMD of integers and floats, and scalar floats,
    without `dot_product`: SDOT and UDOT, which a Pi 5 has and older ones lack. `other`: SVE and what is unallocated.
    """

    load: int
    store: int
    branch: int
    simd_float: int
    dot_product: int
    integer: int
    other: int

    def __post_init__(self) -> None:
        if min(dataclasses.astuple(self)) < 0 or self.total == 0:
            raise ValueError(f"{self.total} instructions; no class may be below 0, and not all of them 0")

    @property
    def total(self) -> int:
        """Of all classes."""
        return sum(dataclasses.astuple(self))


CLASSES: tuple[str, ...] = tuple(field.name for field in dataclasses.fields(Instructions))


def typical(regions: Sequence[Instructions]) -> Instructions:
    """The counted inference whose total is the median of all; the lower one of two."""
    middle = median_low(region.total for region in regions)
    return next(region for region in regions if region.total == middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRun(FileRun):
    """One model file on one engine, with one thread. `packages`: versions by name, on the board.

    `instructions`: of one inference, the call into the engine with the copy of the pixels, without decoding and
    scaling; the typical one of `regions`, which are all that were counted, image by image.
    """

    packages: dict[str, Any]
    instructions: Instructions
    regions: tuple[Instructions, ...]

    def __post_init__(self) -> None:
        """Raise `ValueError` when the derived counts do not follow from the raw ones."""
        if not self.regions or self.instructions != typical(self.regions):
            raise ValueError(f"the instructions of {self.file} do not follow from its regions")

    @property
    def steady_share(self) -> float:
        """Which share of the regions is within 0.1 % of the typical one."""
        total = self.instructions.total
        near = [region for region in self.regions if abs(region.total / total - 1) <= REPEATABLE]
        return len(near) / len(self.regions)

    @property
    def threads(self) -> int:
        """Counts are exact for one thread only."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFacts:
    """`name`: as in `--device emulated:NAME`. `model`: the board's own. `cpu`: what QEMU was asked to be."""

    name: str
    model: str
    cpu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorFacts:
    """QEMU, and the version of its plugin interface that the counter was built for."""

    version: str
    plugin_api: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """What the emulated board runs."""

    name: str
    os: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsResult:
    """Instructions per inference on one emulated board, in the order of the command line.

    `images`: how many of the data were inferred on. `failed`: what could not be counted, and why.
    """

    board: BoardFacts
    emulator: EmulatorFacts
    system: SystemFacts
    data: DataFacts
    images: int
    warnings: tuple[str, ...]
    runs: tuple[CountedRun, ...]
    failed: tuple[FailedRun, ...] = ()
    schema: Literal["edgesmith.counts/1"] = COUNTS_SCHEMA

    def __post_init__(self) -> None:
        if not self.runs:
            raise ValueError("no runs")

    def to_json(self) -> str:
        """The text of `counts.json`, `schema` first."""
        return document_text(self)

    def save(self, file: Path) -> None:
        """Write `counts.json` atomically."""
        write_bytes(file, self.to_json().encode())

    @classmethod
    def load(cls, file: Path) -> "CountsResult":
        """Read a `counts.json`. Raises `DataError` as `load_document` does."""
        return load_document(cls, file, schema=COUNTS_SCHEMA)
