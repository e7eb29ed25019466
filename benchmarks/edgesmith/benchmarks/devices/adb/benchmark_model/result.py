"""What `benchmark_model` found: `benchmark_model.json`, a document of its own beside edgesmith's `bench.json`."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.benchmarks.devices.adb.benchmark_model.output import ToolTimes
from edgesmith.benchmarks.devices.adb.facts import PhoneFacts
from edgesmith.benchmarks.devices.adb.state import PhoneState
from edgesmith.benchmarks.document import to_text
from edgesmith.benchmarks.worker.messages import OperatorTime
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.spec import Precision

SCHEMA: Literal["edgesmith.benchmark-model/1"] = "edgesmith.benchmark-model/1"
RESULT_FILE, TABLE_FILE = "benchmark_model.json", "benchmark_model.md"
PROTOCOL = (
    "Measured by LiteRT's benchmark_model, not by edgesmith: invoke alone on random input, times summed up by the tool, "
    "no accuracy. Not to be compared with a bench.json."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """One start of the tool. `before`, `after`: the phone then. `operators`: of a start under the profiler."""

    file: str
    sha256: str
    bytes: int
    precision: Precision
    threads: int
    times: ToolTimes
    before: PhoneState
    after: PhoneState
    operators: tuple[OperatorTime, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFailure:
    """A file that the tool could not run, and why."""

    file: str
    threads: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """All of it, in the order of measuring. `tool_sha256`: which build it was. `flags`: without the file's name."""

    protocol: str
    phone: PhoneFacts
    tool_sha256: str
    flags: tuple[str, ...]
    runs: tuple[ToolRun, ...]
    failed: tuple[ToolFailure, ...]
    schema: Literal["edgesmith.benchmark-model/1"] = SCHEMA

    def to_json(self) -> str:
        """The text of `benchmark_model.json`, `schema` first."""
        fields: dict[str, Any] = dataclasses.asdict(self)
        return to_text({"schema": fields.pop("schema"), **fields}) + "\n"

    def save(self, folder: Path) -> None:
        """Write the JSON and the table, each atomically."""
        write_bytes(folder / TABLE_FILE, self.to_markdown().encode())
        write_bytes(folder / RESULT_FILE, self.to_json().encode())

    def to_markdown(self) -> str:
        """A table of all runs under a line that says what it is."""
        head = (
            "file",
            "threads",
            "invoke mean ms",
            "median ms",
            "min ms",
            "max ms",
            "stdev ms",
            "runs",
            "init ms",
        )
        rows = [head, tuple("---" for _ in head), *map(_row, self.runs)]
        failed = [f"- {one.file}, {one.threads} threads: {one.reason}" for one in self.failed]
        parts = [
            f"# {self.phone.model or 'Android phone'}, {self.phone.system}",
            PROTOCOL,
            "\n".join(f"| {' | '.join(row)} |" for row in rows),
            "\n".join(["Not measured:", "", *failed]) if failed else "",
        ]
        return "\n\n".join(filter(None, parts)) + "\n"


def _row(run: ToolRun) -> tuple[str, ...]:
    times = run.times
    shown = (times.mean_ms, times.median_ms, times.min_ms, times.max_ms, times.stdev_ms)
    numbers = ("" if value is None else f"{value:.3f}" for value in shown)
    return (run.file, str(run.threads), *numbers, str(times.count), f"{times.init_ms:.1f}")
