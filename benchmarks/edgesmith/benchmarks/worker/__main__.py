"""`python -m edgesmith.benchmarks.worker`: answers requests until stdin is closed."""

import dataclasses
import json
import sys

from edgesmith.benchmarks.worker.messages import decode_request
from edgesmith.benchmarks.worker.session import Session
from edgesmith.benchmarks.worker.watch import end_when_closed
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.failure import Failure
from edgesmith.runtime.nativelog import private_stdout


def main() -> int:
    """Serve one controller, and end with it."""
    serve(Session())
    return 0


def serve(session: Session) -> None:
    """Answer until stdin is closed. A defect ends the process with its traceback on stderr."""
    answers = private_stdout()
    end_when_closed(sys.stdin.fileno())
    for line in sys.stdin:
        try:
            answer = dataclasses.asdict(session.answer(decode_request(line)))
        except EdgesmithError as error:
            answer = {"error": dataclasses.asdict(Failure.of(error))}
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()


if __name__ == "__main__":
    sys.exit(main())
