"""What there is in the end: the files with their size, accuracy and latency, and where the report lies."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgesmith.cli.run.pipeline import Outcome
from edgesmith.cli.run.read import SettingsFile
from edgesmith.cli.run.stages import stage_name
from edgesmith.cli.run.state import load_json


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file for devices. `top1`: a share; `p50_ms`: of one thread, unless another number was asked for first.

    None where the stage that measures it has not been asked for.
    """

    file: str
    bytes: int
    top1: float | None
    p50_ms: float | None
    verdict: str | None

    def __str__(self) -> str:
        top1 = "-" if self.top1 is None else f"{self.top1:.1%}"
        p50 = "-" if self.p50_ms is None else f"{self.p50_ms:.2f} ms"
        return f"{self.file:<36}{self.bytes / 1024:>8,.0f}{top1:>10}{p50:>10}{self.verdict or '-':>12}"


_HEADING = f"{'file':<36}{'KiB':>8}{'accuracy':>10}{'p50':>10}{'golden':>12}"


def document_of(file: SettingsFile, results: Path, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document of `run --json`: `edgesmith.pipeline/1`."""
    return {
        "schema": "edgesmith.pipeline/1",
        "file": str(file.file),
        "output": str(results),
        "stages": [asdict(outcome) for outcome in outcomes],
        "files": [asdict(row) for row in _rows(file, results, _ended(outcomes))],
        "reports": [str(report) for report in _reports(results, _ended(outcomes))],
    }


def summary_lines(file: SettingsFile, results: Path, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A row a file, as far as the stages have come."""
    if all(outcome.standing == "unchanged" for outcome in outcomes):
        yield f"nothing has changed since last time: {len(outcomes)} stages, none run"
    if rows := list(_rows(file, results, _ended(outcomes))):
        yield from (_HEADING, *map(str, rows))
    for report in _reports(results, _ended(outcomes)):
        yield f"report: {os.path.relpath(report)}"


def _ended(outcomes: Sequence[Outcome]) -> set[str]:
    """The stages whose results are those of the settings."""
    return {outcome.stage for outcome in outcomes if outcome.standing in ("done", "unchanged")}


def _rows(file: SettingsFile, results: Path, ended: set[str]) -> Iterator[FileRow]:
    measured = _measured(results) if "bench" in ended else {}
    for model in file.settings.model:
        if stage_name("convert", model.name) not in ended:
            continue
        converted = load_json(results / "deploy" / model.name / "convert.json") or {"files": []}
        verdicts = _verdicts(results, model.name) if stage_name("verify", model.name) in ended else {}
        for made in converted["files"]:
            run = measured.get(made["path"])
            accuracy = (run or made).get("accuracy")
            yield FileRow(
                file=made["path"],
                bytes=made["bytes"],
                top1=accuracy["top1"] if accuracy else None,
                p50_ms=run["summary"]["p50"] if run else None,
                verdict=verdicts.get(made["path"]),
            )


def _verdicts(results: Path, model: str) -> dict[str, str]:
    document = load_json(results / "verify" / f"{model}.json") or {"results": []}
    return {Path(one["file"]).name: one["outcome"] for one in document["results"]}


def _measured(results: Path) -> dict[str, Any]:
    """The first run of each file. Where several devices were asked for there is a report for each, and none here."""
    document = load_json(results / "bench" / "bench.json") or {"runs": []}
    return {run["file"]: run for run in reversed(document["runs"])}


def _reports(results: Path, ended: set[str]) -> list[Path]:
    return sorted((results / "bench").rglob("report.html")) if "bench" in ended else []
