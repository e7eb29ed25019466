"""`python -m edgesmith.benchmarks.worker`: answers requests until stdin ends."""

import dataclasses
import json
import os
import sys
from typing import TextIO

from edgesmith.benchmarks.worker.messages import Failure, decode_request
from edgesmith.benchmarks.worker.session import Session
from edgesmith.runtime.errors import EdgesmithError


def main() -> int:
    """Serve one controller. A defect ends the process with its traceback on stderr."""
    answers = _private_stdout()
    session = Session()
    for line in sys.stdin:
        try:
            answer = dataclasses.asdict(session.answer(decode_request(line)))
        except EdgesmithError as error:
            failure = Failure(kind=type(error).__name__, message=str(error), tip=error.tip)
            answer = {"error": dataclasses.asdict(failure)}
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()
    return 0


def _private_stdout() -> TextIO:
    # What an engine's C++ code prints must not land between two answers: it goes to stderr.
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


if __name__ == "__main__":
    sys.exit(main())
