"""Stage by stage: look at its inputs, and run it where they, or what it made, have changed."""

import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgesmith.cli.parts import failure, work
from edgesmith.cli.run.findings import check_lines, verify_lines
from edgesmith.cli.run.inputs import Project, inputs_of, result_of
from edgesmith.cli.run.record import Record, files_of
from edgesmith.cli.run.stages import Stage
from edgesmith.cli.run.why import reasons
from edgesmith.cli.run.words import words_of
from edgesmith.runtime.errors import EdgesmithError, GateError
from edgesmith.runtime.runrecord import RUN_FILE, UNFINISHED_FILE

# depends: whether it will run is known when the stages before it have.
Standing = Literal["unchanged", "done", "would run", "depends"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`why` it ran, or would; `seconds` it took, of the last time where it is unchanged."""

    stage: str
    standing: Standing
    why: tuple[str, ...] = ()
    seconds: float | None = None
    gate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`forced`: names or kinds of stages that run whether anything has changed or not."""

    stages: Sequence[Stage]
    forced: Collection[str] = ()

    def forces(self, stage: Stage) -> bool:
        """Whether `stage` was asked for by its name or its kind."""
        return not {stage.kind, stage.name}.isdisjoint(self.forced)


def look_ahead(project: Project, request: Request) -> Iterator[Outcome]:
    """What would run, and why; nothing is written."""
    waiting: set[str] = set()
    for stage in request.stages:
        why = _reasons(stage, project, request)[1]
        before = [name for name in stage.after if name in waiting]
        if why or before:
            waiting.add(stage.name)
        record = project.state.record(stage.name)
        standing: Standing = "would run" if why else "depends" if before else "unchanged"
        yield Outcome(
            stage=stage.name,
            standing=standing,
            why=tuple(why or [f"on what {name} comes to" for name in before]),
            seconds=None if record is None else record.seconds,
        )


def run_stages(
    project: Project, request: Request, *, held: int, say: Callable[[str], None]
) -> Iterator[Outcome]:
    """Run what has changed, one outcome a stage. `held`: the lock. Raises `EdgesmithError` where a stage fails.

    A conversion that misses its goal has written its best, which is measured all the same.
    """
    for stage in request.stages:
        inputs, why = _reasons(stage, project, request)
        if not why:
            record = project.state.record(stage.name)
            seconds, gate = (None, None) if record is None else (record.seconds, record.gate)
            yield Outcome(stage=stage.name, standing="unchanged", seconds=seconds, gate=gate)
            continue
        say(f"{stage.name}: {'; '.join(why)}")
        record = _Running(stage=stage, project=project, held=held).run(inputs, anew=request.forces(stage))
        if "data" in inputs:
            project.state.keep_listing(project.data)
        project.hashes.save()
        yield Outcome(
            stage=stage.name, standing="done", why=tuple(why), seconds=record.seconds, gate=record.gate
        )


def _reasons(stage: Stage, project: Project, request: Request) -> tuple[dict[str, Any], list[str]]:
    inputs = inputs_of(stage, project)
    if request.forces(stage):
        return inputs, ["was asked for by --force"]
    return inputs, reasons(stage, project.state.record(stage.name), inputs, project)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """One stage at work."""

    stage: Stage
    project: Project
    held: int

    def run(self, inputs: dict[str, Any], *, anew: bool) -> Record:
        """Its record, when its output is in its place."""
        state, started = self.project.state, time.perf_counter()
        made = state.begin(self.stage, inputs, anew=anew)
        self._clear_half(made)
        code = 0 if self._is_finished(made) else self._work(made)
        gate = self._gate(code, made)
        files = files_of(made, self.project.hashes, deep=self.stage.kind != "train")
        record = Record(
            stage=self.stage.name,
            output=self.stage.output.as_posix(),
            inputs=inputs,
            files=files,
            result=result_of(self.stage, made, files),
            gate=gate,
            seconds=time.perf_counter() - started,
        )
        state.finish(record)
        return record

    def _is_finished(self, made: Path) -> bool:
        """Whether a training had ended, and was killed before that was written down."""
        return (
            self.stage.kind == "train"
            and (made / RUN_FILE).is_file()
            and not (made / UNFINISHED_FILE).is_file()
        )

    def _clear_half(self, made: Path) -> None:
        """Remove what cannot be gone on with: what a killed command wrote before the first file that counts."""
        goes_on = self.stage.kind == "bench" or (
            self.stage.kind == "train"
            and any((made / name).is_file() for name in (RUN_FILE, UNFINISHED_FILE))
        )
        if not goes_on:
            shutil.rmtree(made.parent)
            made.parent.mkdir()

    def _work(self, made: Path) -> int:
        file, state = self.project.file, self.project.state
        words = words_of(self.stage, file.settings, folder=file.folder, results=state.results, made=made)
        answer = made if self.stage.kind in ("check", "verify") else made.parent.parent / "answer.json"
        with answer.open("wb") as stream:
            return work(words, folder=file.folder, answer=stream, held=self.held)

    def _gate(self, code: int, made: Path) -> str | None:
        """The goal that was missed by a conversion, which ends well all the same. Raises for any other failure."""
        if code == 0:
            return None
        if code != GateError.exit_code:
            raise self._failure(code)
        if self.stage.kind == "convert":
            return "int8 does not reach its goal; convert.md tells what was tried"
        details = {"check": check_lines, "verify": verify_lines}.get(self.stage.kind, lambda _: [])(made)
        self.project.state.abandon(self.stage)
        raise GateError(
            f"{self.stage.name}: what was asked for is not met",
            details=details,
            tip="nothing after it was run; the same command tries it again",
        )

    def _failure(self, code: int) -> EdgesmithError:
        file = self.project.file
        places = [
            ("model", index) for index, model in enumerate(file.settings.model) if model is self.stage.model
        ]
        line = file.lines.of(places[0] if places else (self.stage.kind,))
        where = f"its settings begin at line {line} of {str(file.file)!r}; " if line else ""
        return failure(
            self.stage.kind, code, tip=f"{where}once it is mended, the same command goes on from here"
        )


def missed(outcomes: Sequence[Outcome]) -> None:
    """Raise `GateError` for the goals that were not met."""
    gates = [f"{outcome.stage}: {outcome.gate}" for outcome in outcomes if outcome.gate]
    if gates:
        raise GateError(
            "a goal was not met", details=gates, tip="everything was made and measured, with the best found"
        )
