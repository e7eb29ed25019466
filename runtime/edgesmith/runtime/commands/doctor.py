"""Look this machine over: is it fit to run models, and what holds it back?

Each line is `ok`, a `note` (works, with a limit worth knowing) or a `problem`, with what to do about it. Every
installed engine runs a small model in a process of its own, which takes some seconds. The exit code is 3 when
no engine gives the right answers, else 0, whatever else was found.

Examples:
  edgesmith doctor
  edgesmith doctor --json
  edgesmith doctor --json > raspberry.json

"""

import argparse
import json

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.doctor.examine import examine
from edgesmith.runtime.doctor.finding import Examination, Finding
from edgesmith.runtime.nativelog import without_chatter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Examine and print; 3 when no engine works here."""
    with without_chatter():
        examination = examine()
    if arguments.json:
        print(json.dumps(examination.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for finding in examination.findings:
            print(_lines(finding))
        print(_summary(examination))
    return 0 if examination.fit else 3


def _lines(finding: Finding) -> str:
    line = f"{finding.status:<8} {finding.topic:<14} {one_line(finding.what)}"
    return line if finding.advice is None else f"{line}\n{'':<24}> {one_line(finding.advice)}"


def _summary(examination: Examination) -> str:
    problems = sum(finding.status == "problem" for finding in examination.findings)
    fit = "fit to run models" if examination.fit else "not fit: no engine gives the right answers"
    return f"{fit}; {problems} problem{'' if problems == 1 else 's'}"
