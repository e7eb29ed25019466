"""`convert.json`, version `edgesmith.convert/1`, and the same as a table."""

from dataclasses import asdict, dataclass
from typing import Any

from edgesmith.convert.guard.climb import Attempt, Climb
from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.onnx.deviations import Deviation
from edgesmith.convert.parity import Parity
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.quantization.errors import QuantizationErrors
from edgesmith.convert.quantization.input_offset import OffsetCheck
from edgesmith.convert.quantization.scheme import Scheme
from edgesmith.convert.tflite.boundary import BoundaryType
from edgesmith.runtime.accuracy import Accuracy
from edgesmith.runtime.spec import ModelFormat, Precision

SCHEMA = "edgesmith.convert/1"

FILE_HEADERS = (
    "file",
    "KiB",
    "int8 operators",
    "top-1",
    "same best class",
    "largest difference",
    "identical bytes",
)
LADDER_HEADERS = ("rung", "holds", "agreement", "points below float", "KiB", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One written file. `seconds`: for writing it, measuring left out.

    `deviations`: of an int8 `.onnx` whose bytes were not always those of its `.tflite`, the operators that differ.
    """

    path: str
    format: ModelFormat
    precision: Precision
    bytes: int
    sha256: str
    int8_share: float
    parity: Parity
    accuracy: Accuracy | None
    seconds: float
    deviations: tuple[Deviation, ...] = ()

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
class Settings:
    """What was asked for, as far as it changes bytes. `scheme`: where int8 begins; the guard may go beyond."""

    seed: int
    scheme: Scheme
    keep_float: tuple[str, ...]
    io: BoundaryType
    x86_safe: bool
    normalisation: ExternalNormalisation

    @classmethod
    def of(cls, plan: ConversionPlan) -> "Settings":
        """Those of a plan."""
        return cls(
            seed=plan.seed,
            scheme=plan.scheme,
            keep_float=plan.keep_float,
            io=plan.io,
            x86_safe=plan.x86_safe,
            normalisation=plan.normalisation,
        )

    def to_json(self) -> dict[str, Any]:
        """The entry `settings` of `convert.json`."""
        scheme = {**asdict(self.scheme), "keep_float": sorted(self.scheme.keep_float)}
        return {**asdict(self), "scheme": scheme}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRecord:
    """Everything measured during one conversion.

    `calibration_images`: 0 where nothing was calibrated. `quantization`: what int8 did to each
    operator; None without int8. `guard`: None without a goal. `warnings`: what to know before trusting a number.
    """

    name: str
    source: SourceRecord
    files: tuple[FileRecord, ...]
    settings: Settings
    calibration_images: int
    input_offset: OffsetCheck | None
    quantization: QuantizationErrors | None
    guard: Climb | None
    warnings: tuple[str, ...]
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
            "settings": self.settings.to_json(),
            "calibration_images": self.calibration_images,
            "input_offset": asdict(self.input_offset) if self.input_offset else None,
            "guard": self.guard.to_json() if self.guard else None,
            "quantization": self.quantization.to_json() if self.quantization else None,
            "warnings": list(self.warnings),
            "seconds": self.seconds,
        }

    def to_markdown(self) -> str:
        """`convert.md`: a table of the files and what the columns mean."""
        parity = self.files[0].parity
        lines = [
            f"# {self.name}",
            "",
            f"Converted from {self.source.framework}, SHA-256 `{self.source.sha256}`.",
            f"Measured on {parity.images} images ({parity.images_from}) with the engines that run the files"
            f"{'' if self.source.accuracy is None else f'; the source scores {_percent(self.source.accuracy)}'}.",
            "",
            f"| {' | '.join(FILE_HEADERS)} |",
            f"|{'---|' * len(FILE_HEADERS)}",
        ]
        lines += [f"| {' | '.join(row)} |" for row in self.rows()]
        lines += [f"\n{line}." for line in self.differences()]
        lines += [f"\nWarning: {warning}." for warning in self.warnings]
        if self.guard is not None:
            lines += ["", *_ladder(self.guard)]
        return "\n".join([*lines, ""])

    def differences(self) -> list[str]:
        """A sentence for each operator whose ONNX is not exact."""
        return [
            f"In {file.path}, {found.kind} (operator {found.operator}) differs from the .tflite by up to "
            f"{found.max_steps} steps, in {100 * found.share:.2g} % of its values"
            for file in self.files
            for found in file.deviations
        ]

    def rows(self) -> list[tuple[str, ...]]:
        """The table's cells: file, KiB, int8 share, accuracy, agreement, largest difference, identity."""
        return [_row(file) for file in self.files]


def _ladder(guard: Climb) -> list[str]:
    """The guard's rungs as a Markdown section."""
    found = "reached with" if guard.met else "not reached; the best found is"
    lines = [
        "## Guard",
        "",
        f"Goal: {guard.goal}, on {guard.chosen.judgement.images} images ({guard.images_from}): "
        f"{found} {guard.chosen.rung.name}.",
        "",
        f"| {' | '.join(LADDER_HEADERS)} |",
        f"|{'---|' * len(LADDER_HEADERS)}",
    ]
    lines += [f"| {' | '.join(ladder_row(attempt))} |" for attempt in guard.attempts]
    lines += [f"\n{error.kind} `{error.output}`: {error.advice}" for error in guard.wrong]
    return lines


def ladder_row(attempt: Attempt) -> tuple[str, ...]:
    """A rung's cells: name, whether it holds, agreement, points below float with interval, KiB, seconds."""
    judgement = attempt.judgement
    low, high = judgement.agreement_interval
    below = "-"
    if judgement.drop is not None and judgement.drop_interval is not None:
        below = "{:.2f} ({:.2f} to {:.2f})".format(judgement.drop, *judgement.drop_interval)
    return (
        attempt.rung.name,
        "yes" if attempt.holds else "no",
        f"{100 * judgement.agreement:.1f} % ({100 * low:.1f}-{100 * high:.1f})",
        below,
        f"{len(attempt.flatbuffer) / 1024:,.0f}",
        f"{attempt.seconds:.1f}",
    )


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
