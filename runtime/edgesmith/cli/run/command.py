"""Check, train, convert, verify and benchmark, as one file says, and only what has changed since last time.

`edgesmith init FOLDER` writes the file. A stage runs again when its settings, the images, the result of a stage
before it, the versions of what it is made with, or what it has made have changed. Killed and started again it goes
on, and ends in the same model files. Several [[model]] tables are compared in one report.

  OUTPUT/check.json      what `edgesmith check` found
  OUTPUT/runs/NAME       the trained network, a RUN
  OUTPUT/deploy/NAME     the files for devices
  OUTPUT/bench           bench.json, report.html and report.md

Exit code 2 for a file that cannot be meant, with the lines; 3 for a goal that is not met.

Examples:
  edgesmith run
  edgesmith run edgesmith.toml --dry-run
  edgesmith run --until convert
  edgesmith run --force bench
  edgesmith run --force "train small" --json

"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from edgesmith.cli.run.filehashes import FileHashes
from edgesmith.cli.run.findings import check_lines
from edgesmith.cli.run.inputs import Project
from edgesmith.cli.run.pipeline import Outcome, Request, look_ahead, missed, run_stages
from edgesmith.cli.run.read import SettingsFile, read_settings
from edgesmith.cli.run.stages import STAGE_KINDS, Stage, stages_of
from edgesmith.cli.run.state import State
from edgesmith.cli.run.summary import document_of, summary_lines
from edgesmith.cli.surroundings import SETTINGS
from edgesmith.cli.terminal import one_line
from edgesmith.runtime.commands.options import one_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE.toml",
        type=Path,
        default=Path(SETTINGS),
        help=f"what is to be done ({SETTINGS})",
    )
    parser.add_argument(
        "--until",
        type=one_of(STAGE_KINDS, what="stage"),
        choices=STAGE_KINDS,
        default=STAGE_KINDS[-1],
        help="the last stage to run (bench)",
    )
    parser.add_argument(
        "--force",
        action="append",
        default=[],
        metavar="STAGE",
        help=f"run it though nothing has changed: {', '.join(STAGE_KINDS)}, or one of a model, as 'train small'; "
        "again for another",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what would run, and why; write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Run what has changed; the exit code."""
    file = read_settings(arguments.file)
    stages = stages_of(file.settings, until=arguments.until)
    request = Request(stages=stages, forced=_forced(arguments.force, stages))
    state = State((file.folder / file.settings.output).resolve())
    state.require_ours()
    outcomes = _outcomes(file, state, request, arguments)
    if arguments.json:
        print(json.dumps(document_of(file, state.results, outcomes), indent=2, ensure_ascii=False))
    elif not arguments.dry_run:
        for line in summary_lines(file, state.results, outcomes):
            print(one_line(line))
    missed(outcomes)
    return 0


def _outcomes(
    file: SettingsFile, state: State, request: Request, arguments: argparse.Namespace
) -> list[Outcome]:
    # On stdout they are what was asked for; else they are talk.
    tell = _tell(sys.stdout.write if arguments.dry_run and not arguments.json else sys.stderr.write)
    outcomes = []
    if arguments.dry_run:
        project = Project(file=file, state=state, hashes=FileHashes(state.hashes_file))
        for outcome in look_ahead(project, request):
            tell(outcome)
            outcomes.append(outcome)
        return outcomes
    with state.locked() as held:
        state.recover()
        if not state.hashes_file.exists():
            _say("reading all images once, to know later which have changed")
        project = Project(file=file, state=state, hashes=FileHashes(state.hashes_file))
        for outcome in run_stages(project, request, held=held, say=_say):
            tell(outcome)
            if outcome.stage == "check" and outcome.standing == "done":
                for line in check_lines(state.results / "check.json"):
                    _say(f"  {line}")
            outcomes.append(outcome)
        project.hashes.save()
    return outcomes


def _forced(words: Sequence[str], stages: Sequence[Stage]) -> tuple[str, ...]:
    known = tuple(dict.fromkeys([*STAGE_KINDS, *(stage.name for stage in stages)]))
    return tuple(one_of(known, what="stage")(word) for word in words)


def _tell(write: Callable[[str], object]) -> Callable[[Outcome], None]:
    def tell(outcome: Outcome) -> None:
        words = {"done": f"done in {outcome.seconds or 0:.0f} s"}.get(outcome.standing, outcome.standing)
        why = f": {'; '.join(outcome.why)}" if outcome.standing in ("would run", "depends") else ""
        write(one_line(f"{outcome.stage:<20} {words}{why}") + "\n")

    return tell


def _say(text: str) -> None:
    print(one_line(text), file=sys.stderr, flush=True)
