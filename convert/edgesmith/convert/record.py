"""`convert.json`, version `edgesmith.convert/1`, and the same as a table."""

from dataclasses import asdict, dataclass
from typing import Any

from edgesmith.convert.parity import Parity
from edgesmith.convert.quantization.input_offset import OffsetCheck
from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.spec import ModelFormat, Precision

SCHEMA = "edgesmith.convert/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One written file. `seconds`: for writing it, measuring left out."""

    path: str
    format: ModelFormat
    precision: Precision
    bytes: int
    sha256: str
    int8_share: float
    parity: Parity
    accuracy: Accuracy | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """One entry of `files`."""
        return {**asdict(self), "accuracy": self.accuracy.to_json() if self.accuracy else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """The converted model: its bytes' SHA-256, who wrote it, its own accuracy on the evaluation images."""

    name: str
    framework: str
    sha256: str
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRecord:
    """Everything measured during one conversion. `calibration_images`: 0 without int8."""

    name: str
    source: SourceRecord
    files: tuple[FileRecord, ...]
    calibration_images: int
    input_offset: OffsetCheck | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The document, `schema` first."""
        source = asdict(self.source)
        source["accuracy"] = self.source.accuracy.to_json() if self.source.accuracy else None
        return {
            "schema": SCHEMA,
            "name": self.name,
            "source": source,
            "files": [file.to_json() for file in self.files],
            "calibration_images": self.calibration_images,
            "input_offset": asdict(self.input_offset) if self.input_offset else None,
            "seconds": self.seconds,
        }

    def to_markdown(self) -> str:
        """`convert.md`: a table of the files and what the columns mean."""
        parity = self.files[0].parity
        lines = [
            f"# {self.name}",
            "",
            f"Converted from {self.source.framework}, SHA-256 `{self.source.sha256}`.",
            f"Measured on {parity.images} {parity.images_from} images with the engines that run the files"
            f"{'' if self.source.accuracy is None else f'; the source scores {_percent(self.source.accuracy)}'}.",
            "",
            "| file | KiB | int8 operators | top-1 | same best class as source | largest difference | identical bytes |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [f"| {' | '.join(row)} |" for row in self.rows()]
        return "\n".join([*lines, ""])

    def rows(self) -> list[tuple[str, ...]]:
        """The table's cells: file, KiB, int8 share, accuracy, agreement, largest difference, identity."""
        return [_row(file) for file in self.files]


def _row(file: FileRecord) -> tuple[str, ...]:
    parity = file.parity
    # Only integers promise identity; float engines sum in their own order.
    same = parity.identical_share if file.precision == "int8" else None
    return (
        file.path,
        f"{file.bytes / 1024:,.0f}",
        f"{100 * file.int8_share:.0f} %",
        "-" if file.accuracy is None else _percent(file.accuracy),
        f"{100 * parity.top1_agreement:.1f} %",
        f"{parity.max_abs_difference:.1e}",
        "-" if same is None else f"{100 * same:.1f} % of {parity.images}",
    )


def _percent(accuracy: Accuracy) -> str:
    low, high = accuracy.interval
    return f"{100 * accuracy.top1:.1f} % ({100 * low:.1f}-{100 * high:.1f})"
